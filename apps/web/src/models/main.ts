import Alpine from '@alpinejs/csp';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { modelsTexts } from '../i18n/models-texts.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import { watchServer } from '../live/watch-server.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { createGroupsPanel } from './groups-panel.ts';
import { createModelList } from './model-list.ts';
import { createModelsPanel } from './models-panel.ts';
import { readModelsAddress, writeModelsAddress } from './offered-model.ts';

/** Each refetch asks for every model of every channel, so it happens at most this often. */
const restMs = 5000;

function start() {
  const shell = createShell({
    page: 'models',
    texts: modelsTexts,
    onTokenChange: () => watch.reconnect(),
  });
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => watch.reconnect() }));
  const address = readModelsAddress(location.search);
  const loop = createPageDrawLoop();
  const showAddress = () => {
    const search = writeModelsAddress({ filter: models.filter, openModels: list.openModels() });
    history.replaceState(null, '', location.pathname + search);
  };
  const models = shell.asPanel(
    createModelsPanel({
      ...shell,
      page,
      filter: address.filter,
      onChange() {
        list.draw();
        showAddress();
      },
    }),
  );
  const groups = shell.asPanel(
    createGroupsPanel({
      ...shell,
      // At once, because the reader has just clicked.
      onChange: () => void load(),
    }),
  );
  const list = createModelList({
    ...shell,
    element: elementById('models'),
    models,
    groups,
    loop,
    openModels: address.openModels,
    onOpenChange: showAddress,
  });
  const load = async () => {
    await models.load();
    list.explainOpen();
  };
  const queue = createRefetchQueue({
    fetchOne: load,
    fetchAll: load,
    setTimer: (callback) => shell.setTimer(callback, restMs),
  });
  const watch = watchServer(shell, {
    events: ['run_completed', 'target_updated', 'evidence_changed', 'fault_changed', 'resync'],
    loadAll: async () => {
      const shouldWatch = await models.load();
      if (page.phase === 'ready') void groups.load();
      list.explainOpen();
      return shouldWatch;
    },
    onEvent: () => queue.requestAll(),
  });
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.models')} · ${t('app.name')}`;
    loop.request(list.draw);
  });
  focusSearchOnSlash();
  const stores = shell.addStores({ page });
  const components = shell.addComponents({ models: () => models, groups: () => groups });
  Alpine.start();
  watch.start();
  return { stores, components };
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
