import Alpine from '@alpinejs/csp';
import { adminTexts } from '../i18n/admin-texts.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { createLoginForm } from './login-form.ts';
import { safeNext } from './safe-next.ts';

const shell = createShell({ page: 'admin', texts: adminTexts });
const components = shell.addComponents({
  login: () =>
    createLoginForm({
      ...shell,
      onLoggedIn: () => location.replace(safeNext(location.search)),
    }),
});
Alpine.start();

export type Stores = ShellStores;
export type Components = ShellComponents & typeof components;
