import {
  type Maintenance,
  maintainedUntil,
  maintenanceAt,
  nextMaintenance,
  secondsPerDay,
} from '@api-monitor/core';
import type { PublishedLine } from './published-lines.ts';
import type { PublicMaintenance } from './status-schema.ts';

export const shownAheadS = 30 * secondsPerDay;
const mostShown = 50;

/** The public maintenance that goes on or comes within 30 days, of published lines alone; the next first. */
export function plannedWorks(
  all: readonly Maintenance[],
  lines: readonly PublishedLine[],
  nowS: number,
): PublicMaintenance[] {
  const works = all.flatMap((maintenance) => {
    const now = maintenanceAt(maintenance, nowS);
    const period = now ?? nextMaintenance(maintenance, nowS);
    if (!maintenance.is_public || !period || period.from > nowS + shownAheadS) return [];
    const slugs = lines.filter((one) => isIn(maintenance, one)).map(({ line }) => line.slug);
    if (slugs.length === 0) return [];
    const { id, name } = maintenance;
    const { from, until } = period;
    return [{ id, name, from, until, is_going_on: now !== null, slugs }];
  });
  return works.sort((a, b) => a.from - b.from).slice(0, mostShown);
}

/** Whether it concerns a line: one of its channels, or a model of theirs. */
function isIn(maintenance: Maintenance, { line, counted, names }: PublishedLine): boolean {
  const active = [{ maintenance, from: 0, until: 1 }];
  const models = line.model === null ? [null, ...maintenance.models] : names;
  return counted.some((channel) =>
    models.some((model) => maintainedUntil(active, channel, model) !== null),
  );
}
