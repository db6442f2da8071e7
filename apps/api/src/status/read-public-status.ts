import {
  AppError,
  type PublicState,
  percentOf,
  type StatusHistory,
  type StatusItem,
  secondsPerDay,
  type Target,
} from '@api-monitor/core';
import { listStatusItems, listTargets, readStatusPage } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { shownDays } from './status-reports.ts';
import type { PublicIncident, PublicStatus, PublicStatusItem } from './status-schema.ts';

type StatusDeps = Pick<ApiDeps, 'db' | 'statusReports' | 'now'>;

const mostIncidents = 50;
const graceS = 600;

/** The whole public page. Throws AppError `not_found` while it is off. */
export async function readPublicStatus(deps: StatusDeps): Promise<PublicStatus> {
  const { title, description, lines, targets } = await readPublished(deps);
  const items: PublicStatusItem[] = [];
  const incidents: PublicIncident[] = [];
  for (const line of lines) {
    const shown = await readLine(deps, line, targets);
    items.push(shown.item);
    incidents.push(...shown.incidents);
  }
  const updated_at = Math.max(0, ...items.map((it) => it.checked_at ?? 0));
  incidents.sort((a, b) => b.started_at - a.started_at);
  const newest = incidents.slice(0, mostIncidents);
  return { title, description, state: overall(items), updated_at, items, incidents: newest };
}

/** One line of the page. Throws AppError `not_found` if it isn't published, or the page is off. */
export async function readPublicItem(deps: StatusDeps, slug: string): Promise<PublicStatusItem> {
  const { lines, targets } = await readPublished(deps);
  const line = lines.find((it) => it.slug === slug);
  if (!line) throw notPublished();
  return (await readLine(deps, line, targets)).item;
}

/** The same error whether the page is off or the line unknown, so that it doesn't reveal which. */
export function notPublished(): AppError {
  return new AppError('not_found', 'nothing is published under this name');
}

async function readPublished({ db }: StatusDeps) {
  const page = await readStatusPage(db);
  if (!page.enabled) throw notPublished();
  return { ...page, lines: await listStatusItems(db), targets: await listTargets(db) };
}

/** A line with its incidents: the state of its own channel, or of its model at all enabled ones. */
async function readLine(
  { statusReports, now }: StatusDeps,
  { slug, name, target_id, model }: StatusItem,
  targets: readonly Target[],
): Promise<{ item: PublicStatusItem; incidents: PublicIncident[] }> {
  const counted = targets.filter((it) => (target_id === null ? it.enabled : it.id === target_id));
  const targetIds = counted.map(({ id }) => id);
  const report = await statusReports.reportOf({ target_id, model, targetIds });
  const { state, since, checked_at } = report.history;
  const isWatched = !isStale(checked_at, counted, now());
  return {
    item: {
      slug,
      name,
      state: isWatched ? state : 'unknown',
      since: since || null,
      checked_at: checked_at || null,
      ...uptimeOf(report.history, now()),
    },
    incidents: report.incidents.map((it) => {
      const { state, started_at, ended_at, reasons } = it;
      return { slug, name, state, started_at, ended_at, reasons };
    }),
  };
}

/** Whether nothing checks these channels any more: three intervals have passed, or all are disabled. */
function isStale(checkedAt: number, targets: readonly Target[], nowS: number): boolean {
  const watched = targets.filter((it) => it.enabled);
  const longestS = Math.max(...watched.map((it) => it.interval_min * 60));
  return watched.length === 0 || nowS - checkedAt > 3 * longestS + graceS;
}

/** The uptime of the shown days, in total and day by day. */
function uptimeOf(
  { days }: StatusHistory,
  nowS: number,
): Pick<PublicStatusItem, 'uptime' | 'days'> {
  const today = Math.floor(nowS / secondsPerDay);
  const numbers = Array.from({ length: shownDays }, (_, index) => today - shownDays + 1 + index);
  return {
    uptime: uptimeOfDays(numbers.map((number) => days.get(number))),
    days: numbers.map((number) => ({
      day: new Date(number * secondsPerDay * 1000).toISOString().slice(0, 10),
      uptime: uptimeOfDays([days.get(number)]),
    })),
  };
}

function uptimeOfDays(
  tallies: readonly ({ checks: number; shares: number } | undefined)[],
): number | null {
  const checks = tallies.reduce((sum, it) => sum + (it?.checks ?? 0), 0);
  const shares = tallies.reduce((sum, it) => sum + (it?.shares ?? 0), 0);
  return percentOf(shares, checks);
}

/** All operational, all out, or something in between; unknown lines don't count. */
function overall(items: readonly PublicStatusItem[]): PublicState {
  const known = items.map(({ state }) => state).filter((it) => it !== 'unknown');
  if (known.length === 0) return 'unknown';
  if (known.every((it) => it === 'operational')) return 'operational';
  return known.every((it) => it === 'outage') ? 'outage' : 'degraded';
}
