import Alpine from '@alpinejs/csp';
import { attachHistoryTips } from '../channels/history-tip.ts';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { watchServer } from '../live/watch-server.ts';
import { readViewerAddress, writeViewerAddress } from '../probes/viewer-address.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { createViewerLists } from './viewer-lists.ts';
import { createViewerPanel } from './viewer-panel.ts';
import { createViewerSync } from './viewer-sync.ts';
import { walkRows } from './walk-rows.ts';

function start() {
  const address = readViewerAddress(location.search);
  const targetId = address.targetId ?? 0;
  const shell = createShell({ page: 'home', onTokenChange: () => watch.reconnect() });
  const { asPanel, language } = shell;
  const loop = createPageDrawLoop();
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => watch.reconnect() }));
  const drawLists = () => lists.draw(() => loop.request(drawLists));
  const viewer = asPanel(
    createViewerPanel({
      ...shell,
      targetId,
      address,
      onAddressChange() {
        const { run, filter, detail } = viewer;
        const search = writeViewerAddress({ targetId, run, filter, probeId: storedId(detail?.id) });
        history.replaceState(null, '', search);
      },
      onRunChange: () => void sync.loadAll(),
      loadOlderRuns: () => sync.loadOlderRuns(),
      drawLists: () => loop.request(drawLists),
      nextFrame: (callback) => requestAnimationFrame(callback),
    }),
  );
  const rowsElement = elementById('probe-rows');
  const runsElement = elementById('viewer-runs');
  const modelsElement = elementById('viewer-models');
  const lists = createViewerLists({ runsElement, modelsElement, rowsElement, viewer, language });
  const sync = createViewerSync({ ...shell, page, viewer, targetId, loop });
  const watch = watchServer(shell, sync);
  attachHistoryTips({
    list: elementById('probe-detail'),
    tip: elementById('history-tip'),
    language,
    historyOf: (_id, model) => viewer.historyOf(model),
  });
  for (const name of ['scroll', 'resize']) {
    addEventListener(name, () => loop.request(lists.drawProbes), { passive: true });
  }
  walkRows(rowsElement, viewer);
  Alpine.effect(() => {
    if (language.is) Alpine.nextTick(() => viewer.showDetail());
  });
  Alpine.effect(() => {
    const { t } = language.translator;
    document.title = [viewer.name, t('viewer.title'), t('app.name')].filter(Boolean).join(' · ');
  });
  focusSearchOnSlash();
  const stores = shell.addStores({ page });
  const components = shell.addComponents({ viewer: () => viewer });
  Alpine.start();
  watch.start();
  return { stores, components };
}

/** The id of a probe for the address; null for a live probe, which has none yet. */
function storedId(id: number | undefined): number | null {
  return id !== undefined && id > 0 ? id : null;
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
