import {
  addChecks,
  type ErrorKind,
  emptyHistory,
  errorKinds,
  hasPassed,
  incidentsOf,
  type StatusCheck,
  type StatusHistory,
  type StatusIncident,
  type StatusItem,
  secondsPerDay,
} from '@api-monitor/core';
import {
  type ChecksWindow,
  type Database,
  listChannelChecks,
  listDaysOfFailedRuns,
  listFailureKinds,
  listModelChecks,
  listStatusDays,
} from '@api-monitor/db';
import { LRUCache } from 'lru-cache';
import { settleDays } from './settle-days.ts';

/** What a line shows, and the channels that count for it at present. */
export interface StatusSource extends Pick<StatusItem, 'target_id' | 'model'> {
  targetIds: readonly number[];
}

export interface StatusReport {
  history: StatusHistory;
  /** Newest first, each with its reasons, the most frequent first. */
  incidents: (StatusIncident & { reasons: ErrorKind[] })[];
}

export interface StatusReports {
  reportOf(source: StatusSource): Promise<StatusReport>;
}

export const shownDays = 90;

/** How long a report is served before it is made again. */
const freshS = 30;
/** Checks may appear this late: a run's rows have the start times of its probes, and are written at its end. */
const unsettledS = 6 * 3600;
/** How much is read at a time; a channel may be probed every minute. */
const windowS = 30 * secondsPerDay;
/** More than a page has lines. */
const mostSources = 200;
const mostIncidents = 20;

/** The part of the history that can't change any more, and its end. */
interface Settled {
  history: StatusHistory;
  until: number;
}

interface Kept {
  madeAt: number;
  settled: Settled;
  report: Promise<StatusReport>;
}

/**
 * Makes the reports of published lines and remembers their settled history, so that after the first time
 * only the last hours are read again. Lines that nobody asks for are never read.
 */
export function createStatusReports(db: Database, now: () => number): StatusReports {
  const keptByKey = new LRUCache<string, Kept>({ max: mostSources });
  return {
    reportOf(source) {
      const key = JSON.stringify(source);
      const known = keptByKey.get(key);
      if (known && !hasPassed(freshS, known.madeAt, now())) return known.report;
      const kept = makeAgain(db, source, known, now());
      keptByKey.set(key, kept);
      return kept.report;
    },
  };
}

function makeAgain(
  db: Database,
  source: StatusSource,
  known: Kept | undefined,
  nowS: number,
): Kept {
  const firstDay = Math.floor(nowS / secondsPerDay) - shownDays + 1;
  const settled = known?.settled ?? {
    history: emptyHistory(),
    until: firstDay * secondsPerDay - 1,
  };
  // One after the other, because each starts where the one before ended. A failed one settles less.
  const before = known?.report.catch(() => {}) ?? Promise.resolve();
  return {
    madeAt: nowS,
    settled,
    report: before.then(() => makeReport(db, source, settled, nowS)),
  };
}

async function makeReport(
  db: Database,
  source: StatusSource,
  settled: Settled,
  nowS: number,
): Promise<StatusReport> {
  await settleWholeDays(db, source, settled, nowS);
  while (settled.until < nowS - unsettledS) {
    const until = Math.min(nowS - unsettledS, settled.until + windowS);
    const checks = await checksOf(db, source, { after: settled.until, until });
    settled.history = addChecks(settled.history, checks);
    settled.until = until;
  }
  const recent = await checksOf(db, source, { after: settled.until, until: nowS });
  const history = addChecks(settled.history, recent);
  const incidents = [];
  for (const incident of incidentsOf(history).slice(-mostIncidents).reverse()) {
    incidents.push({ ...incident, reasons: await reasonsOf(db, incident) });
  }
  return { history, incidents };
}

/** If more than a day is missing, whole days are added from their sums. */
async function settleWholeDays(
  db: Database,
  source: StatusSource,
  settled: Settled,
  nowS: number,
): Promise<void> {
  const today = Math.floor((nowS - unsettledS) / secondsPerDay);
  const window = { after: settled.until, until: today * secondsPerDay - 1 };
  if (window.until - window.after < secondsPerDay) return;
  const { model } = source;
  const channelId = model === null ? source.target_id : null;
  const targetIds = channelId === null ? source.targetIds : [channelId];
  const failed = channelId === null ? [] : await listDaysOfFailedRuns(db, channelId, window);
  settled.history = await settleDays(settled.history, {
    days: await listStatusDays(db, { targetIds, model }, window),
    failedDays: new Set(failed),
    checksIn: (day) => checksOf(db, source, day),
  });
  settled.until = window.until;
}

function checksOf(
  db: Database,
  { target_id, model, targetIds }: StatusSource,
  window: ChecksWindow,
): Promise<StatusCheck[]> {
  if (model !== null) return listModelChecks(db, { targetIds, model }, window);
  return target_id === null ? Promise.resolve([]) : listChannelChecks(db, target_id, window);
}

/** A whole run has no reason of its own; its probes have. */
async function reasonsOf(db: Database, { kinds, run_id }: StatusIncident): Promise<ErrorKind[]> {
  const counted = errorKinds.filter((kind) => kinds[kind] !== undefined);
  if (counted.length === 0) return listFailureKinds(db, run_id);
  return counted.sort((a, b) => (kinds[b] ?? 0) - (kinds[a] ?? 0));
}
