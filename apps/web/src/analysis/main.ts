import Alpine from '@alpinejs/csp';
import { type ApiClient, answerOf } from '../api/client.ts';
import { addChartDirective } from '../charts/chart-directive.ts';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { analysisTexts } from '../i18n/analysis-texts.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import { watchServer } from '../live/watch-server.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { type Range, readAnalysisAddress, writeAnalysisAddress } from './analysis-address.ts';
import { createAnalysisPanel } from './analysis-panel.ts';
import { createBalancePanel } from './balance/balance-panel.ts';
import { createChannelsPanel } from './channels-panel.ts';
import { createChartTables } from './chart-tables.ts';
import { attachHeatTips } from './heat-map.ts';
import { createModelLists } from './model-lists.ts';

/** Figures over hours don't need an update after every single check. */
const restMs = 3000;

function start() {
  const address = readAnalysisAddress(location.search);
  const targetId = address.targetId ?? 0;
  const shell = createShell({
    page: 'home',
    texts: analysisTexts,
    onTokenChange: () => watch.reconnect(),
  });
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => watch.reconnect() }));
  const loop = createPageDrawLoop();
  const tables = createChartTables({ language: shell.language, loop });
  let { across } = address;
  const showAddress = () => {
    const { range, models } = analysis;
    history.replaceState(null, '', writeAnalysisAddress({ targetId, range, models, across }));
  };
  const analysis = shell.asPanel(
    createAnalysisPanel({
      targetId,
      address,
      language: shell.language,
      tables,
      onRangeChange() {
        showAddress();
        void loadAll();
      },
      onCompare: showAddress,
      drawLists: () => loop.request(drawLists),
    }),
  );
  const channels = shell.asPanel(
    createChannelsPanel({
      ...shell,
      page,
      tables,
      range: () => analysis.range,
      onChoose: (model) => {
        across = model;
        showAddress();
      },
    }),
  );
  const balance = shell.asPanel(
    createBalancePanel({
      ...shell,
      targetId,
      range: () => analysis.range,
      nowS: () => Date.now() / 1000,
    }),
  );
  const drawLists = createModelLists({
    ...shell,
    heatElement: elementById('heat'),
    tableElement: elementById('analysis-models'),
    analysis,
    loop,
  });

  let turn = 0;
  const loadAll = async () => {
    turn += 1;
    const mine = turn;
    const answer = await page.attempt(() => ask(shell.client, targetId, analysis.range));
    if (!answer) return page.mayWatch;
    if (mine !== turn) return true;
    analysis.take(answer.target.name, answer);
    page.phase = 'ready';
    if (channels.model === '') {
      channels.model = across || firstModel(analysis.models, answer.items);
    }
    await Promise.all([channels.load(), balance.load()]);
    return true;
  };
  const load = async () => void (await loadAll());
  const queue = createRefetchQueue({
    fetchOne: load,
    fetchAll: load,
    setTimer: (callback) => shell.setTimer(callback, restMs),
  });
  const watch = watchServer(shell, {
    events: ['run_completed', 'target_updated', 'resync'],
    loadAll,
    onEvent: (name, data) => {
      const isOwn = name === 'resync' || targetIdOf(data) === targetId;
      if (isOwn && name === 'target_updated') void balance.load();
      else if (isOwn) queue.requestAll();
    },
  });
  addChartDirective(Alpine, loop);
  attachHeatTips({
    map: elementById('heat'),
    tip: elementById('history-tip'),
    language: shell.language,
    analysis: () => analysis.analysis(),
  });
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = [analysis.name, t('viewer.analysis'), t('app.name')]
      .filter(Boolean)
      .join(' · ');
    Alpine.nextTick(() => {
      analysis.draw();
      channels.draw();
      balance.draw();
    });
  });
  const stores = shell.addStores({ page });
  const components = shell.addComponents({
    analysis: () => analysis,
    channels: () => channels,
    balance: () => balance,
  });
  Alpine.start();
  watch.start();
  return { stores, components };
}

/** Guarantee: only the API sends these events, in core's shape, from the same release. */
function targetIdOf(data: unknown): number {
  return (data as { target_id: number }).target_id;
}

function ask(client: ApiClient, targetId: number, range: Range) {
  const param = { id: String(targetId) };
  return answerOf(client.api.targets[':id'].analysis.$get({ param, query: { range } }));
}

/** The model whose channels are shown at first: one that has figures, if there is any. */
function firstModel(
  compared: readonly string[],
  items: readonly { model: string; successes: number }[],
): string {
  const alive = items.find(({ successes }) => successes > 0);
  return compared[0] ?? alive?.model ?? items[0]?.model ?? '';
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
