import Alpine from '@alpinejs/csp';
import { paceDraws } from '../live/pace-draws.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import { watchServer } from '../live/watch-server.ts';
import { createPageStore, type PageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { readModelsAddress, writeModelsAddress } from './models-address.ts';
import { createModelsStore, type ModelsStore } from './models-store.ts';

/** Every model of every channel is asked for anew: not more often than this, whatever happens. */
const restMs = 5000;

function start(): void {
  const shell = createShell({ page: 'models', onTokenChange: () => watch.reconnect() });
  const page = shell.addStore(
    'page',
    createPageStore({ ...shell, reload: () => watch.reconnect() }),
  );
  const address = readModelsAddress(location.search);
  const models = shell.addStore(
    'models',
    createModelsStore({
      ...shell,
      ...address,
      page,
      nextFrame: paceDraws({
        requestFrame: (callback) => requestAnimationFrame(callback),
        setTimer: shell.setTimer,
        nowMs: () => performance.now(),
      }),
      onViewChange: () => {
        const { filter, openModels } = models;
        const search = writeModelsAddress({ filter, openModels });
        history.replaceState(null, '', location.pathname + search);
      },
    }),
  );
  const load = async () => void (await models.load());
  const queue = createRefetchQueue({
    fetchOne: load,
    fetchAll: load,
    setTimer: (callback) => shell.setTimer(callback, restMs),
  });
  const watch = watchServer(shell, {
    events: ['run_completed', 'target_updated', 'breaker_changed', 'resync'],
    loadAll: () => models.load(),
    onEvent: () => queue.requestAll(),
  });
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.models')} · ${t('app.name')}`;
    Alpine.nextTick(() => models.draw());
  });
  focusSearchOnSlash();
  Alpine.start();
  watch.start();
}

start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  page: PageStore;
  models: ModelsStore;
}

export type Components = ShellComponents;
