import { z } from 'zod';
import { isTimeZone } from '../../figures/local-days.ts';
import type { AliasIndex } from '../../names/alias-group.ts';
import { plainLine, unixSeconds } from '../../shape.ts';
import { matchesPattern } from '../../text/matches-pattern.ts';
import type { WatchedChannel } from '../findings/watched-channel.ts';
import { clockTime, faultOfCron, lastRun, nextRun } from './cron.ts';

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be a time zone, such as Europe/Berlin');

const duration_min = z
  .int()
  .min(1)
  .max(7 * 24 * 60);

/** When a maintenance takes place. A weekday is counted from 1, a Monday. */
const scheduleShape = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('once'), from: unixSeconds, until: unixSeconds })
    .refine(({ from, until }) => until > from, 'until must be after from'),
  z.object({
    kind: z.literal('weekly'),
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
    time: clockTime,
    ...{ duration_min, time_zone: timeZone },
  }),
  z.object({
    kind: z.literal('cron'),
    cron: z
      .string()
      .max(128)
      .superRefine((text, context) => {
        const message = faultOfCron(text);
        if (message) context.addIssue({ code: 'custom', message });
      }),
    ...{ duration_min, time_zone: timeZone },
  }),
]);
export type MaintenanceSchedule = z.output<typeof scheduleShape>;

/** The fields of a maintenance that an admin sets. Without channels, tags and models it is for everything. */
export const maintenanceFieldSchemas = {
  name: plainLine.trim().min(1).max(128),
  enabled: z.boolean(),
  schedule: scheduleShape,
  target_ids: z.array(z.int().positive()).max(5000),
  tags: z.array(plainLine.min(1).max(32)).max(100),
  models: z.array(plainLine.min(1).max(256)).max(1000).describe('names, or patterns with *'),
  is_public: z.boolean().describe('shown on the status page'),
  drains: z.boolean().describe('the gateway asks these channels last'),
};
export const maintenanceShape = z.object({ id: z.int(), ...maintenanceFieldSchemas });
export type Maintenance = z.output<typeof maintenanceShape>;

export interface Period {
  from: number;
  until: number;
}

/** The period of a maintenance that contains this time; null if it isn't going on. Times are Unix seconds. */
export function maintenanceAt(maintenance: Maintenance, nowS: number): Period | null {
  if (!maintenance.enabled) return null;
  const { schedule } = maintenance;
  if (schedule.kind === 'once') {
    const { from, until } = schedule;
    return from <= nowS && nowS < until ? { from, until } : null;
  }
  const from = lastRun(cronOf(schedule), schedule.time_zone, nowS);
  if (from === null) return null;
  const until = from + schedule.duration_min * 60;
  return nowS < until ? { from, until } : null;
}

/** The next period that begins after this time; null if there is none. */
export function nextMaintenance({ schedule, enabled }: Maintenance, nowS: number): Period | null {
  if (!enabled) return null;
  if (schedule.kind === 'once') return schedule.from > nowS ? schedule : null;
  const from = nextRun(cronOf(schedule), schedule.time_zone, nowS);
  return from === null ? null : { from, until: from + schedule.duration_min * 60 };
}

/** The periods that go on within a span of time, at most so many. */
export function maintenanceBetween(
  maintenance: Maintenance,
  { from, until, most }: Period & { most: number },
): Period[] {
  const found: Period[] = [];
  let period = maintenanceAt(maintenance, from) ?? nextMaintenance(maintenance, from);
  while (period !== null && period.from < until && found.length < most) {
    found.push({ from: period.from, until: period.until });
    period = nextMaintenance(maintenance, period.from);
  }
  return found;
}

function cronOf(schedule: Exclude<MaintenanceSchedule, { kind: 'once' }>): string {
  if (schedule.kind === 'cron') return schedule.cron;
  const [hour, minute] = schedule.time.split(':').map(Number);
  return `${minute} ${hour} * * ${schedule.weekdays.join(',')}`;
}

/** Until when a channel's model, or the whole channel (`model` null), is in maintenance; null if it isn't. */
export function maintainedUntil(
  windows: readonly ActiveMaintenance[],
  channel: Pick<WatchedChannel, 'id' | 'tags'> | null,
  model: string | null,
): number | null {
  const covering = windows.filter(({ maintenance }) => covers(maintenance, channel, model));
  return covering.length === 0 ? null : Math.max(...covering.map(({ until }) => until));
}

/** The gateway asks what this covers last: what drains now, by every name of the models. */
export function drainingNow(
  all: readonly Maintenance[],
  aliases: Pick<AliasIndex, 'groups'>,
  nowS: number,
): ActiveMaintenance[] {
  const draining = all.filter(({ drains }) => drains);
  return activeMaintenance(
    draining.map((one) => withGroupNames(one, aliases)),
    nowS,
  );
}

/** Whether a channel's model, by any of its names, is in one of these. */
export function isMaintained(
  windows: readonly ActiveMaintenance[],
  channel: Pick<WatchedChannel, 'id' | 'tags'>,
  names: readonly string[],
): boolean {
  return names.some((name) => maintainedUntil(windows, channel, name) !== null);
}

/** The maintenance with all names of the groups that it means: a model is known by any of them. */
export function withGroupNames(
  maintenance: Maintenance,
  { groups }: Pick<AliasIndex, 'groups'>,
): Maintenance {
  const { models } = maintenance;
  const meant = groups
    .map(({ name, ids }) => [name, ...ids])
    .filter((names) => names.some((name) => models.some((one) => matchesPattern(name, one))));
  return meant.length === 0
    ? maintenance
    : { ...maintenance, models: [...new Set([...models, ...meant.flat()])] };
}

export interface ActiveMaintenance extends Period {
  maintenance: Maintenance;
}

/** When a channel's model, by any of its names, is in maintenance within a span of time. */
export function maintainedWithin(
  all: readonly Maintenance[],
  channel: Pick<WatchedChannel, 'id' | 'tags'>,
  names: readonly string[],
  span: Period,
): Period[] {
  return all
    .filter((maintenance) => names.some((name) => covers(maintenance, channel, name)))
    .flatMap((maintenance) => maintenanceBetween(maintenance, { ...span, most: mostPeriods }));
}

const mostPeriods = 500;

/** Those that are going on. */
export function activeMaintenance(all: readonly Maintenance[], nowS: number): ActiveMaintenance[] {
  return all.flatMap((maintenance) => {
    const period = maintenanceAt(maintenance, nowS);
    return period ? { ...period, maintenance } : [];
  });
}

function covers(
  { target_ids, tags, models }: Maintenance,
  channel: Pick<WatchedChannel, 'id' | 'tags'> | null,
  model: string | null,
): boolean {
  const isForChannels = target_ids.length + tags.length > 0;
  const isChannel =
    channel !== null && (target_ids.includes(channel.id) || hasTag(channel.tags, tags));
  if (isForChannels && !isChannel) return false;
  if (models.length === 0) return true;
  return model !== null && models.some((pattern) => matchesPattern(model, pattern));
}

/** Whether a channel has one of these tags, in any case. */
export function hasTag(own: readonly string[], tags: readonly string[]): boolean {
  return tags.some((tag) => own.some((one) => one.toLowerCase() === tag.toLowerCase()));
}
