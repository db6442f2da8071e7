import Alpine from '@alpinejs/csp';
import { addChartDirective } from '../charts/chart-directive.ts';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { readerZone } from '../format/time.ts';
import { spendTexts } from '../i18n/spend-texts.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { readSpendAddress, writeSpendAddress } from './spend-address.ts';
import { createSpendPanel } from './spend-panel.ts';

const refreshMs = 60_000;

function start() {
  const shell = createShell({
    page: 'spend',
    texts: spendTexts,
    onTokenChange: () => void spend.load(),
  });
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => void spend.load() }));
  const spend = shell.asPanel(
    createSpendPanel({
      ...shell,
      page,
      zone: readerZone(),
      address: readSpendAddress(location.search),
      onViewChange() {
        history.replaceState(null, '', location.pathname + writeSpendAddress(spend));
        void spend.load();
      },
    }),
  );
  const refresh = async () => {
    if (!document.hidden && page.phase === 'ready') await spend.load();
    shell.setTimer(() => void refresh(), refreshMs);
  };
  addChartDirective(Alpine, createPageDrawLoop());
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.spend')} · ${t('app.name')}`;
    Alpine.nextTick(() => spend.draw());
  });
  const stores = shell.addStores({ page });
  const components = shell.addComponents({ spend: () => spend });
  Alpine.start();
  void spend.load();
  shell.setTimer(() => void refresh(), refreshMs);
  return { stores, components };
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
