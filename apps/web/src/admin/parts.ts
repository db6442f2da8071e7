import Alpine from '@alpinejs/csp';
import { createAttempt, idleAttempt } from '../api/attempt.ts';
import { createClient } from '../api/client.ts';
import { monitorAddress, pagePath } from '../shell/base-path.ts';
import type { Shell } from '../shell/start-shell.ts';
import { createViewStore } from './admin-address.ts';
import { createConfirmStore } from './dialogs/confirm-store.ts';
import { createRevealStore } from './dialogs/reveal-store.ts';

export type AdminParts = ReturnType<typeof createParts>;

/** The parts that every tab of the administration uses. */
export function createParts(shell: Shell) {
  const { language, toasts, nowS, setTimer, copyText, focusField } = shell;
  const attempt = createAttempt({ ...shell, onLoggedOut: goToLogin });
  const confirm = Alpine.reactive(createConfirmStore());
  const reveal = Alpine.reactive(createRevealStore(copyText));
  const view = Alpine.reactive(
    createViewStore({
      search: location.search,
      push: (address) => history.pushState(null, '', address),
      replace: (address) => history.replaceState(null, '', address),
    }),
  );
  /** Makes a button's call; a failure becomes a toast. */
  const perform = async (call: () => Promise<void>): Promise<boolean> => {
    const button = idleAttempt({});
    const isDone = await attempt(button, call);
    if (!isDone) toasts.show(button.failure, { tone: 'bad' });
    return isDone;
  };
  return {
    client: createClient(monitorAddress()),
    language,
    toasts,
    nowS,
    setTimer,
    copyText,
    focusField,
    attempt,
    perform,
    confirm,
    reveal,
    view,
  };
}

let isLeaving = false;

/** Navigates only once if several calls are refused together: a second navigation would abort the first. */
export function goToLogin(): void {
  if (isLeaving) return;
  isLeaving = true;
  const next = encodeURIComponent(location.pathname + location.search);
  location.replace(pagePath(`/admin/login?next=${next}`));
}
