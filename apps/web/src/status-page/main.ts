import Alpine from '@alpinejs/csp';
import { answerOf } from '../api/client.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { attachStripTips } from '../ui/strip-tips.ts';
import { dayBars, dayTip } from './day-strip.ts';
import { createStatusStore, type StatusStore } from './status-store.ts';

const refreshMs = 60_000;

const { addStore, client, language, nowS } = createShell({
  page: 'status',
  onTokenChange: () => {},
});
const status = addStore(
  'status',
  createStatusStore({
    language,
    nowS,
    fetchStatus: async () => (await answerOf(client.api.status.$get())).item,
  }),
);

const daysOf = (strip: HTMLElement) =>
  status.status?.items.find((it) => it.slug === strip.dataset.slug)?.days ?? [];
attachTips('status-items', 'day-tip');
Alpine.effect(() => {
  if (status.status) document.title = status.status.title;
});
Alpine.start();
await status.load();
setInterval(() => {
  if (!document.hidden) void status.load();
}, refreshMs);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void status.load();
});

function attachTips(listId: string, tipId: string): void {
  const [list, tip] = [document.getElementById(listId), document.getElementById(tipId)];
  if (!list || !tip) throw new Error(`The page has no #${listId} or #${tipId}`);
  attachStripTips({
    list,
    tip,
    slots: dayBars,
    countOf: (strip) => daysOf(strip).length,
    tipOf: (strip, index) => {
      const day = daysOf(strip)[index];
      return day ? dayTip(day, language.translator) : null;
    },
  });
}

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  status: StatusStore;
}

export type Components = ShellComponents;
