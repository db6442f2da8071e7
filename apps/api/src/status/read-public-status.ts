import {
  type Availability,
  type PublicState,
  percentOf,
  type StatusDay,
  type StatusHistory,
  type StatusNote,
  secondsPerDay,
  sumAvailability,
  type Target,
} from '@api-monitor/core';
import { listMaintenance, listStatusNotes } from '@api-monitor/db';
import { notPublished } from './not-published.ts';
import { plannedWorks } from './planned-works.ts';
import {
  incidentsOfLine,
  type PublishedLine,
  readPublished,
  type StatusDeps,
} from './published-lines.ts';
import { type StatusReport, shownDays } from './status-reports.ts';
import type {
  PublicIncident,
  PublicNote,
  PublicStatus,
  PublicStatusItem,
} from './status-schema.ts';

const mostIncidents = 50;
const mostNotes = 100;
const graceS = 600;

/** The whole public page. Throws AppError `not_found` while it is off. */
export async function readPublicStatus(deps: StatusDeps): Promise<PublicStatus> {
  const nowS = deps.now();
  const published = await readPublished(deps);
  const { title, description } = published.page;
  const alertedTo = await deps.statusReports.alertedTo();
  const lines: PublishedLine[] = [];
  for (const line of published.lines) lines.push(await published.readLine(line));
  const items = lines.map((line) => itemOf(line, nowS));
  const incidents = lines
    .flatMap((line) => shownIncidents(line, alertedTo))
    .sort((a, b) => b.started_at - a.started_at)
    .slice(0, mostIncidents);
  const from = nowS - shownDays * secondsPerDay;
  const notes = await listStatusNotes(deps.db, { from, limit: mostNotes });
  const slugs = items.map(({ slug }) => slug);
  return {
    ...{ title, description, state: overall(items), items, incidents },
    updated_at: Math.max(0, ...items.map((it) => it.checked_at ?? 0)),
    notes: publicNotes(notes, slugs, incidents),
    maintenance: plannedWorks(await listMaintenance(deps.db), lines, nowS),
  };
}

/** One line of the page. Throws AppError `not_found` if it isn't published, or the page is off. */
export async function readPublicItem(deps: StatusDeps, slug: string): Promise<PublicStatusItem> {
  const { lines, readLine } = await readPublished(deps);
  const line = lines.find((it) => it.slug === slug);
  if (!line) throw notPublished();
  return itemOf(await readLine(line), deps.now());
}

/** A line: the state of its own channel, or of its model at all enabled ones. */
function itemOf({ line, counted, report }: PublishedLine, nowS: number): PublicStatusItem {
  const { checked_at } = report.history;
  const { state, since } = stateOf(report);
  const isWatched = !isStale(checked_at, counted, nowS);
  return {
    ...{ slug: line.slug, name: line.name },
    state: isWatched ? state : 'unknown',
    since: since || null,
    checked_at: checked_at || null,
    ...uptimeOf(report.days, nowS),
  };
}

function shownIncidents(
  published: PublishedLine,
  alertedTo: Parameters<typeof incidentsOfLine>[1],
): PublicIncident[] {
  const { slug, name } = published.line;
  return incidentsOfLine(published, alertedTo).map((one) => ({ slug, name, ...one }));
}

/** What is known now counts; how long it has lasted, the checks know better. */
function stateOf({ history, current }: StatusReport): Pick<StatusHistory, 'state' | 'since'> {
  return current === null || current.state === history.state ? history : current;
}

/** Whether nothing checks these channels any more: three intervals have passed, or all are disabled. */
function isStale(checkedAt: number, targets: readonly Target[], nowS: number): boolean {
  const watched = targets.filter((it) => it.enabled);
  const longestS = Math.max(...watched.map((it) => it.interval_min * 60));
  return watched.length === 0 || nowS - checkedAt > 3 * longestS + graceS;
}

/** The availability of the shown days, in total and day by day. */
function uptimeOf(
  watched: readonly StatusDay[],
  nowS: number,
): Pick<PublicStatusItem, 'uptime' | 'days'> {
  const today = Math.floor(nowS / secondsPerDay);
  const numbers = Array.from({ length: shownDays }, (_, index) => today - shownDays + 1 + index);
  const byNumber = new Map(watched.map((day) => [day.number, day]));
  return {
    uptime: percentAvailable(sumAvailability(watched)),
    days: numbers.map((number) => {
      const day = byNumber.get(number);
      const date = new Date(number * secondsPerDay * 1000).toISOString().slice(0, 10);
      return { day: date, uptime: day ? percentAvailable(day) : null };
    }),
  };
}

function percentAvailable({ served_s, watched_s }: Availability): number | null {
  return percentOf(served_s, watched_s);
}

/** All operational, all out, or something in between; unknown lines don't count. */
function overall(items: readonly PublicStatusItem[]): PublicState {
  const known = items.map(({ state }) => state).filter((it) => it !== 'unknown');
  if (known.length === 0) return 'unknown';
  if (known.every((it) => it === 'operational')) return 'operational';
  return known.every((it) => it === 'outage') ? 'outage' : 'degraded';
}

/**
 * What the operator tells about published lines, newest first. A note about an incident that strangers don't
 * see is left out unless it names a line itself.
 */
function publicNotes(
  notes: readonly StatusNote[],
  published: readonly string[],
  incidents: readonly PublicIncident[],
): PublicNote[] {
  const shownIds = new Set(incidents.map(({ incident }) => incident));
  return notes.flatMap(({ slugs, incident_id, thread_id: thread, ...note }) => {
    const named = slugs.filter((slug) => published.includes(slug));
    const isShown = incident_id !== null && shownIds.has(incident_id);
    const isGeneral = slugs.length === 0 && (incident_id === null || isShown);
    if (!isGeneral && named.length === 0) return [];
    return [{ ...note, thread, incident: isShown ? incident_id : null, slugs: named }];
  });
}
