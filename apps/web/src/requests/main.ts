import Alpine from '@alpinejs/csp';
import { createPageStore, type PageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { readRequestsAddress, writeRequestsAddress } from './requests-address.ts';
import { createTailStore, type TailStore } from './tail-store.ts';
import { createTotalsStore, type TotalsStore } from './totals-store.ts';

const followMs = 2000;
const totalsMs = 15_000;

function start(): void {
  const shell = createShell({ page: 'requests', onTokenChange: () => void loadAll() });
  const page = shell.addStore('page', createPageStore({ ...shell, reload: () => void loadAll() }));
  const totals = shell.addStore(
    'totals',
    createTotalsStore({
      ...shell,
      page,
      address: readRequestsAddress(location.search),
      onViewChange: (isFilter) => {
        history.replaceState(null, '', location.pathname + writeRequestsAddress(totals));
        void totals.load();
        if (isFilter) void tail.reload();
      },
    }),
  );
  const list = elementById('requests');
  const tail: TailStore = shell.addStore(
    'tail',
    createTailStore({
      ...shell,
      page,
      filter: () => totals.filter,
      nextFrame: (callback) => requestAnimationFrame(callback),
      isReading: () => tail.openIds.length > 0 || list.getBoundingClientRect().top < 0,
    }),
  );
  const loadAll = async () => {
    await tail.reload();
    await totals.load();
  };
  const keepDoing = (work: () => Promise<unknown>, pauseMs: number) => {
    const again = async () => {
      if (!document.hidden && page.phase === 'ready') await work();
      shell.setTimer(() => void again(), pauseMs);
    };
    shell.setTimer(() => void again(), pauseMs);
  };
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.requests')} · ${t('app.name')}`;
    Alpine.nextTick(() => {
      totals.draw();
      tail.draw();
    });
  });
  Alpine.start();
  void loadAll();
  keepDoing(() => tail.follow(), followMs);
  keepDoing(() => totals.load(), totalsMs);
}

start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  page: PageStore;
  totals: TotalsStore;
  tail: TailStore;
}

export type Components = ShellComponents;
