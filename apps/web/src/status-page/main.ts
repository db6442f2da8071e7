import Alpine from '@alpinejs/csp';
import { answerOf } from '../api/client.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { attachStripTips } from '../ui/strip-tips.ts';
import { dayBars, dayTip } from './day-strip.ts';
import { createStatusPanel } from './status-panel.ts';

const refreshMs = 60_000;

const { asPanel, addComponents, client, language, nowS } = createShell({
  page: 'status',
  onTokenChange: () => {},
});
const status = asPanel(
  createStatusPanel({
    language,
    nowS,
    fetchStatus: async () => (await answerOf(client.api.status.$get())).item,
  }),
);
const daysOf = (strip: HTMLElement) =>
  status.status?.items.find((it) => it.slug === strip.dataset.slug)?.days ?? [];
attachStripTips({
  list: elementById('status-items'),
  tip: elementById('history-tip'),
  slots: dayBars,
  countOf: (strip) => daysOf(strip).length,
  tipOf(strip, index) {
    const day = daysOf(strip)[index];
    return day ? dayTip(day, language.translator) : null;
  },
});
Alpine.effect(() => {
  if (status.status) document.title = status.status.title;
});
const components = addComponents({ status: () => status });
Alpine.start();
const load = () => {
  if (!document.hidden) void status.load();
};
await status.load();
setInterval(load, refreshMs);
document.addEventListener('visibilitychange', load);

export type Stores = ShellStores;
export type Components = ShellComponents & typeof components;
