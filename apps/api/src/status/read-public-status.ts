import {
  AppError,
  type PublicState,
  type StatusHistory,
  type StatusItem,
  secondsPerDay,
  type Target,
} from '@api-monitor/core';
import { listStatusItems, listTargets, readStatusPage } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { type StatusReport, shownDays } from './status-reports.ts';
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
    const report = await reportOf(deps, line, targets);
    items.push(
      itemOf(line, report.history, stateOf(line, report, targets, deps.now()), deps.now()),
    );
    incidents.push(...report.incidents.map((it) => incidentOf(line, it)));
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
  const report = await reportOf(deps, line, targets);
  return itemOf(line, report.history, stateOf(line, report, targets, deps.now()), deps.now());
}

/** The same error whether the page is off or the line unknown, so that it doesn't reveal which. */
export function notPublished(): AppError {
  return new AppError('not_found', 'nothing is published under this name');
}

async function readPublished({ db }: StatusDeps) {
  const page = await readStatusPage(db);
  if (!page.enabled) throw notPublished();
  const [lines, targets] = [await listStatusItems(db), await listTargets(db)];
  return { ...page, lines, targets };
}

/** The channels that count for a line: its own, or all enabled ones. */
function channelsOf({ target_id }: StatusItem, targets: readonly Target[]): Target[] {
  if (target_id === null) return targets.filter((it) => it.enabled);
  return targets.filter((it) => it.id === target_id);
}

function reportOf(
  { statusReports }: StatusDeps,
  line: StatusItem,
  targets: readonly Target[],
): Promise<StatusReport> {
  const { target_id, model } = line;
  const targetIds = channelsOf(line, targets).map(({ id }) => id);
  return statusReports.reportOf({ target_id, model, targetIds });
}

/** The last state that was found; `unknown` if nothing checks the line any more. */
function stateOf(
  line: StatusItem,
  { history }: StatusReport,
  targets: readonly Target[],
  nowS: number,
): PublicState {
  const watched = channelsOf(line, targets).filter((it) => it.enabled);
  const longestS = Math.max(...watched.map((it) => it.interval_min * 60));
  return nowS - history.checked_at > 3 * longestS + graceS || watched.length === 0
    ? 'unknown'
    : history.state;
}

function itemOf(
  { slug, name }: StatusItem,
  { days, since, checked_at }: StatusHistory,
  state: PublicState,
  nowS: number,
): PublicStatusItem {
  const today = Math.floor(nowS / secondsPerDay);
  const numbers = Array.from({ length: shownDays }, (_, index) => today - shownDays + 1 + index);
  const tallies = numbers.map((number) => days.get(number));
  return {
    slug,
    name,
    state,
    since: since || null,
    checked_at: checked_at || null,
    uptime: percentOf(tallies),
    days: numbers.map((number, index) => ({
      day: new Date(number * secondsPerDay * 1000).toISOString().slice(0, 10),
      uptime: percentOf([tallies[index]]),
    })),
  };
}

/** Percent with two decimals, rounded down, so that one failure never shows as 100 %. */
function percentOf(
  tallies: readonly ({ checks: number; shares: number } | undefined)[],
): number | null {
  const checks = tallies.reduce((sum, it) => sum + (it?.checks ?? 0), 0);
  const shares = tallies.reduce((sum, it) => sum + (it?.shares ?? 0), 0);
  return checks === 0 ? null : Math.floor((shares / checks) * 10_000 + 1e-6) / 100;
}

function incidentOf(
  { slug, name }: StatusItem,
  { state, started_at, ended_at, reasons }: StatusReport['incidents'][number],
): PublicIncident {
  return { slug, name, state, started_at, ended_at, reasons };
}

/** All operational, all out, or something in between; unknown lines don't count. */
function overall(items: readonly PublicStatusItem[]): PublicState {
  const known = items.map(({ state }) => state).filter((it) => it !== 'unknown');
  if (known.length === 0) return 'unknown';
  if (known.every((it) => it === 'operational')) return 'operational';
  return known.every((it) => it === 'outage') ? 'outage' : 'degraded';
}
