import Alpine from '@alpinejs/csp';
import { paceDraws } from '../live/pace-draws.ts';
import { watchServer } from '../live/watch-server.ts';
import { type RunChoice, readViewerAddress, writeViewerAddress } from '../probes/viewer-address.ts';
import { createPageStore, type PageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { attachHistoryTips } from '../ui/history-tips.ts';
import { addOptionsDirective } from '../ui/options-directive.ts';
import { createViewerActions } from './actions-store.ts';
import { createViewerStore, type ViewerStore } from './viewer-store.ts';
import { createViewerSync } from './viewer-sync.ts';
import { walkRows } from './walk-rows.ts';

function start(): void {
  const address = readViewerAddress(location.search);
  const targetId = address.targetId ?? 0;
  const shell = createShell({ page: 'home', onTokenChange: () => watch.reconnect() });
  const { language, setTimer } = shell;
  const page = shell.addStore(
    'page',
    createPageStore({ ...shell, reload: () => watch.reconnect() }),
  );
  const rows = elementById('probe-rows');
  const viewer = shell.addStore(
    'viewer',
    createViewerStore({
      address,
      language,
      viewport: () => viewportOf(rows),
      onAddressChange: () => history.replaceState(null, '', addressNow()),
      nextFrame: (callback) => requestAnimationFrame(callback),
    }),
  );
  const addressNow = () => {
    const { run, filter, detail } = viewer;
    return writeViewerAddress({ targetId, run, filter, probeId: keptId(detail?.id) });
  };
  const pacedDraw = paceDraws({
    requestFrame: (callback) => requestAnimationFrame(callback),
    setTimer,
    nowMs: () => performance.now(),
  });
  const sync = createViewerSync({ ...shell, page, viewer, targetId, drawSoon: once(pacedDraw) });
  const watch = watchServer(shell, sync);
  const actions = createViewerActions({
    ...shell,
    viewer,
    targetId,
    copyText: (text) => navigator.clipboard.writeText(text),
  });
  shell.addStore('actions', actions);
  const choose = (run: RunChoice) => {
    viewer.run = run;
    viewer.close();
    void sync.loadAll();
  };
  shell.addStore('address', {
    analysis: `/analysis.html?target_id=${targetId}`,
    choose,
    followModel() {
      viewer.setFilter('model', viewer.detail?.model ?? '');
      choose('all');
    },
  });
  attachHistoryTips({
    list: elementById('probe-detail'),
    tip: elementById('history-tip'),
    language,
    historyOf: (_id, model) => viewer.historyOf(model),
  });
  const onScroll = once((callback) => requestAnimationFrame(callback));
  for (const name of ['scroll', 'resize']) {
    addEventListener(name, () => onScroll(() => viewer.scroll()), { passive: true });
  }
  walkRows(rows, viewer);
  Alpine.effect(() => {
    if (!language.is) return;
    Alpine.nextTick(() => viewer.draw());
  });
  Alpine.effect(() => {
    const { t } = language.translator;
    document.title = [viewer.name, t('viewer.title'), t('app.name')].filter(Boolean).join(' · ');
  });
  addOptionsDirective(Alpine);
  focusSearchOnSlash();
  Alpine.start();
  watch.start();
}

/** A probe of a run under way has no id yet that an address could keep. */
function keptId(id: number | undefined): number | null {
  return id !== undefined && id > 0 ? id : null;
}

/** What `schedule` has been given and has not done yet is not given again. */
function once(schedule: (callback: () => void) => void) {
  let waiting: (() => void) | null = null;
  return (callback: () => void) => {
    const isWaiting = waiting !== null;
    waiting = callback;
    if (isWaiting) return;
    schedule(() => {
      const latest = waiting;
      waiting = null;
      latest?.();
    });
  };
}

function viewportOf(rows: HTMLElement) {
  const rowPx = Number.parseFloat(getComputedStyle(rows).getPropertyValue('--row-px'));
  return {
    scrolledPx: -rows.getBoundingClientRect().top,
    viewportPx: innerHeight,
    rowPx: rowPx || 44,
  };
}

start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  page: PageStore;
  viewer: ViewerStore;
  actions: ReturnType<typeof createViewerActions>;
  address: { analysis: string; choose(run: RunChoice): void; followModel(): void };
}

export type Components = ShellComponents;
