import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { MaintenanceItem } from '../../api/wire-types.ts';
import { formatMoment } from '../../format/time.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { type CalendarDay, type CalendarPeriod, monthGrid, monthSpan } from './calendar.ts';
import { createMaintenanceEditor } from './maintenance-editor.ts';

/** Planned maintenance, as a list and as a calendar. */
export function createMaintenancePanel(parts: AdminParts) {
  const { client, language, confirm, attempt, perform, view, nowS } = parts;
  const route = client.api.maintenance;
  const today = new Date(nowS() * 1000);
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    items: initially<MaintenanceItem[]>([]),
    periods: initially<CalendarPeriod[]>([]),
    shown: { year: today.getFullYear(), month: today.getMonth() },
    editor: createMaintenanceEditor(parts),
    get rows() {
      const { t } = language.translator;
      return this.items.map((one) => {
        const { id, name, enabled, is_public, drains } = one;
        return {
          ...{ id, name, is_public, drains, isGoingOn: one.current !== null },
          whenText: enabled ? whenText(one, language.translator) : t('maintenance.off'),
          scopeText: scopeText(one, language.translator),
        };
      });
    },
    get monthText(): string {
      const format = new Intl.DateTimeFormat(language.is, { month: 'long', year: 'numeric' });
      return format.format(new Date(this.shown.year, this.shown.month, 1));
    },
    get weekdayNames(): string[] {
      return this.editor.weekdays.map((day) => this.editor.weekdayName(day));
    },
    get days(): (CalendarDay & { label: string })[] {
      const format = new Intl.DateTimeFormat(language.is, { day: 'numeric', month: 'long' });
      return monthGrid(this.shown, this.periods, nowS()).map((day) => ({
        ...day,
        label: [format.format(day.at * 1000), ...day.periods.map(({ name }) => name)].join(', '),
      }));
    },
    init() {
      view.follow({ tab: 'maintenance', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        const [found, channels] = await Promise.all([
          answerOf(route.$get()),
          answerOf(client.api.admin.channels.$get()),
        ]);
        this.items = found.items;
        this.editor.channels = channels.items.map(({ id, name }) => ({ id, name }));
        await this.loadMonth();
      });
    },
    async loadMonth() {
      const { from, until } = monthSpan(this.shown.year, this.shown.month);
      const query = { from: String(from), until: String(until) };
      this.periods = (await answerOf(route.calendar.$get({ query }))).items;
    },
    async turn(months: number) {
      const date = new Date(this.shown.year, this.shown.month + months, 1);
      this.shown = { year: date.getFullYear(), month: date.getMonth() };
      await perform(() => this.loadMonth());
    },
    add() {
      this.editor.open(null, () => void this.load());
    },
    edit(id: number) {
      const found = this.items.find((one) => one.id === id);
      if (found) this.editor.open(found, () => void this.load());
    },
    async remove(id: number) {
      const name = this.items.find((one) => one.id === id)?.name ?? '';
      const isConfirmed = await confirm.ask({
        title: language.t('maintenance.remove.title', { name }),
        body: language.t('maintenance.remove.body'),
        action: language.t('alerts.remove'),
      });
      if (!isConfirmed) return;
      await perform(async () => {
        await answerOf(route[':id'].$delete({ param: { id: String(id) } }));
      });
      await this.load();
    },
  };
}

type Translator = AdminParts['language']['translator'];

function whenText({ current, next }: MaintenanceItem, translator: Translator): string {
  const { t } = translator;
  if (current) return t('maintenance.going_on', { time: formatMoment(current.until, translator) });
  if (!next) return t('maintenance.over');
  const from = formatMoment(next.from, translator);
  return t('maintenance.next', { from, until: formatMoment(next.until, translator) });
}

function scopeText({ target_ids, tags, models }: MaintenanceItem, translator: Translator): string {
  const { t, count } = translator;
  const channels =
    target_ids.length > 0 ? [count('maintenance.scope.channels', target_ids.length)] : [];
  const all = [...channels, ...tags.map((tag) => `#${tag}`), ...models];
  return all.length === 0 ? t('maintenance.scope.all') : all.join(', ');
}
