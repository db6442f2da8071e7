import Alpine from '@alpinejs/csp';
import { adminTexts } from '../admin/admin-texts.ts';
import { createClient } from '../api/client.ts';
import { createShell, type ShellStores } from '../shell/start-shell.ts';
import { createLoginStore, type LoginStore } from './login-store.ts';
import { safeNext } from './safe-next.ts';

const { addStore, language } = createShell({
  page: 'admin',
  onTokenChange: () => {},
  texts: adminTexts,
});
addStore(
  'login',
  createLoginStore({
    client: createClient(location.origin, () => null),
    language,
    onLoggedIn: () => location.replace(safeNext(location.search)),
    focusField: (name) =>
      Alpine.nextTick(() => document.querySelector<HTMLElement>(`[name=${name}]`)?.focus()),
  }),
);
Alpine.start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  login: LoginStore;
}
