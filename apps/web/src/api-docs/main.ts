import Alpine from '@alpinejs/csp';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { createApiDocs } from './api-docs.ts';

const shell = createShell({ page: 'docs' });
const components = shell.addComponents({ apiDocs: () => createApiDocs(shell) });
Alpine.start();

export type Stores = ShellStores;
export type Components = ShellComponents & typeof components;
