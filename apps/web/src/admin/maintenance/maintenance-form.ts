import type { MaintenanceBody, MaintenanceItem } from '../../api/wire-types.ts';
import { linesOf } from '../alerts/destination-form.ts';

type Schedule = MaintenanceItem['schedule'];

/** A maintenance as the form holds it. Times of one that takes place once are local, as the field has them. */
export interface MaintenanceForm {
  name: string;
  enabled: boolean;
  kind: Schedule['kind'];
  from: string;
  until: string;
  weekdays: readonly number[];
  time: string;
  cron: string;
  duration_min: string;
  time_zone: string;
  target_ids: readonly number[];
  tags: string;
  models: string;
  is_public: boolean;
  drains: boolean;
}

export const scheduleFields = [
  ...(['from', 'until', 'weekdays', 'time', 'cron', 'duration_min', 'time_zone'] as const),
];

export function emptyMaintenanceForm(nowS: number, time_zone: string): MaintenanceForm {
  const nextHour = Math.ceil(nowS / 3600) * 3600;
  return {
    ...{ name: '', enabled: true, kind: 'once', time_zone },
    ...{ from: localTime(nextHour), until: localTime(nextHour + 3600) },
    ...{ weekdays: [7], time: '03:00', cron: '0 3 1 * *', duration_min: '60' },
    ...{ target_ids: [], tags: '', models: '', is_public: true, drains: false },
  };
}

export function maintenanceFormOf(item: MaintenanceItem, empty: MaintenanceForm): MaintenanceForm {
  const { name, enabled, schedule, target_ids, is_public, drains } = item;
  return {
    ...empty,
    ...{ name, enabled, target_ids, is_public, drains, ...scheduleTexts(schedule) },
    tags: item.tags.join('\n'),
    models: item.models.join('\n'),
  };
}

function scheduleTexts(schedule: Schedule): Partial<MaintenanceForm> {
  if (schedule.kind === 'once') {
    return { kind: 'once', from: localTime(schedule.from), until: localTime(schedule.until) };
  }
  return { ...schedule, duration_min: String(schedule.duration_min) };
}

export function maintenanceBodyOf(form: MaintenanceForm): MaintenanceBody {
  const { name, enabled, target_ids, is_public, drains } = form;
  return {
    ...{ name, enabled, is_public, drains, target_ids: [...target_ids] },
    tags: linesOf(form.tags),
    models: linesOf(form.models),
    schedule: scheduleOf(form),
  };
}

function scheduleOf(form: MaintenanceForm): MaintenanceBody['schedule'] {
  const { kind, time_zone, time, weekdays, cron } = form;
  const duration_min = Number(form.duration_min);
  switch (kind) {
    case 'once':
      return { kind, from: secondsAt(form.from), until: secondsAt(form.until) };
    case 'weekly':
      return { kind, weekdays: weekdays.toSorted(), time, duration_min, time_zone };
    case 'cron':
      return { kind, cron, duration_min, time_zone };
  }
}

/** `2026-11-28T14:00` in the reader's zone. */
function localTime(timeS: number): string {
  const text = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
  return text.format(timeS * 1000).replace(' ', 'T');
}

function secondsAt(local: string): number {
  const time = new Date(local).getTime() / 1000;
  return Number.isFinite(time) ? time : 0;
}
