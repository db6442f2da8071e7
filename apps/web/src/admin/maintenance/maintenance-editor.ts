import { idleAttempt } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { MaintenanceItem } from '../../api/wire-types.ts';
import { readerZone } from '../../format/time.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import {
  emptyMaintenanceForm,
  maintenanceBodyOf,
  maintenanceFormOf,
  scheduleFields,
} from './maintenance-form.ts';

/** The dialog that plans and changes a maintenance. */
export function createMaintenanceEditor(parts: AdminParts) {
  const { client, language, toasts, attempt, nowS } = parts;
  const empty = () => emptyMaintenanceForm(nowS(), readerZone());
  let stored: MaintenanceItem | null = null;
  let onSaved = () => {};
  const noFaults = () => {
    const idle = idleAttempt(empty());
    const paths = scheduleFields.map((name) => [`schedule.${name}`, '']);
    return { ...idle, errors: { ...idle.errors, schedule: '', ...Object.fromEntries(paths) } };
  };

  return {
    ...noFaults(),
    isOpen: false,
    isNew: true,
    storedName: '',
    form: empty(),
    scheduleKinds: ['once', 'weekly', 'cron'] as const,
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    channels: initially<{ id: number; name: string }[]>([]),
    get title(): string {
      return this.isNew
        ? language.t('maintenance.new')
        : language.t('maintenance.edit', { name: this.storedName });
    },
    /** Opens for a maintenance, or for a new one. */
    open(opened: MaintenanceItem | null, whenSaved: () => void): void {
      stored = opened;
      onSaved = whenSaved;
      const form = opened ? maintenanceFormOf(opened, empty()) : empty();
      const about = { isNew: !opened, storedName: opened?.name ?? '' };
      Object.assign(this, noFaults(), { form, isOpen: true, ...about });
    },
    close(): void {
      this.isOpen = false;
    },
    weekdayName(day: number): string {
      // 2026-11-02 was a Monday.
      const date = new Date(Date.UTC(2026, 10, 1 + day));
      const format = { weekday: 'short', timeZone: 'UTC' } as const;
      return new Intl.DateTimeFormat(language.is, format).format(date);
    },
    toggleWeekday(day: number): void {
      const { weekdays } = this.form;
      this.form.weekdays = weekdays.includes(day)
        ? weekdays.filter((it) => it !== day)
        : [...weekdays, day];
    },
    toggleChannel(id: number): void {
      const { target_ids } = this.form;
      this.form.target_ids = target_ids.includes(id)
        ? target_ids.filter((it) => it !== id)
        : [...target_ids, id];
    },
    async submit(): Promise<void> {
      Object.assign(this, noFaults());
      const isDone = await attempt(this, async () => {
        const json = maintenanceBodyOf(this.form);
        const route = client.api.maintenance;
        await answerOf(
          stored
            ? route[':id'].$patch({ param: { id: String(stored.id) }, json })
            : route.$post({ json }),
        );
        toasts.show(language.t('admin.saved'));
      });
      if (!isDone) return this.placeErrors();
      this.close();
      onSaved();
    },
    /** The API names `schedule.cron`, the form has `cron`. */
    placeErrors(): void {
      const found = new Map(Object.entries(this.errors));
      const errors = scheduleFields.map((name) => [name, found.get(`schedule.${name}`) ?? '']);
      const whole = found.get('schedule') ?? '';
      this.errors = { ...this.errors, ...Object.fromEntries(errors) };
      if (whole !== '') this.errors.until = whole;
    },
  };
}
