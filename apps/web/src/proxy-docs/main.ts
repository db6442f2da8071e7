import Alpine from '@alpinejs/csp';
import { gateway as en } from '../i18n/en/gateway.ts';
import { gateway as zh } from '../i18n/zh/gateway.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { createGatewayGuide } from './gateway-guide.ts';

const shell = createShell({
  page: 'gateway',
  onTokenChange: () => void guide.load(),
  texts: { en, zh },
});
const guide = Alpine.reactive(createGatewayGuide(shell));
const components = shell.addComponents({ guide: () => guide });
Alpine.start();

export type Stores = ShellStores;
export type Components = ShellComponents & typeof components;
