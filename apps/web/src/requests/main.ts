import Alpine from '@alpinejs/csp';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { readerZone } from '../format/time.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { readRequestsAddress, writeRequestsAddress } from './requests-address.ts';
import { createTail } from './tail.ts';
import { createTailList } from './tail-list.ts';
import { createTotalsPanel } from './totals-panel.ts';

const followMs = 2000;
const totalsMs = 15_000;

function start() {
  const shell = createShell({ page: 'requests', onTokenChange: () => void loadAll() });
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => void loadAll() }));
  const loop = createPageDrawLoop();
  const totals = shell.asPanel(
    createTotalsPanel({
      ...shell,
      page,
      zone: readerZone(),
      address: readRequestsAddress(location.search),
      onViewChange(isFilter) {
        history.replaceState(null, '', location.pathname + writeRequestsAddress(totals));
        void totals.load();
        if (isFilter) void tail.reload();
      },
    }),
  );
  const tail = shell.asPanel(
    createTail({
      ...shell,
      page,
      filter: () => totals.filter,
      isReading: () => list.isReading(),
      drawList: () => loop.request(list.draw),
    }),
  );
  const list = createTailList({
    ...shell,
    element: elementById('requests'),
    loop,
    requests: tail.requests,
    currency: tail.currency,
  });
  const loadAll = async () => {
    await tail.reload();
    await totals.load();
  };
  const repeat = (work: () => Promise<unknown>, pauseMs: number) => {
    const again = async () => {
      if (!document.hidden && page.phase === 'ready' && !page.isLoggedOut) await work();
      shell.setTimer(() => void again(), pauseMs);
    };
    shell.setTimer(() => void again(), pauseMs);
  };
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.requests')} · ${t('app.name')}`;
    Alpine.nextTick(() => totals.draw());
    loop.request(list.draw);
  });
  const stores = shell.addStores({ page });
  const components = shell.addComponents({ totals: () => totals, tail: () => tail });
  Alpine.start();
  void loadAll();
  repeat(() => tail.follow(), followMs);
  repeat(() => totals.load(), totalsMs);
  return { stores, components };
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
