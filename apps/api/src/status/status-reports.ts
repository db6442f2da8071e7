import {
  addChecks,
  countsAsOffered,
  type ErrorKind,
  emptyHistory,
  errorKinds,
  growingTo,
  hasPassed,
  type Incident,
  incidentsOf,
  type StatusCheck,
  type StatusDay,
  type StatusHistory,
  type StatusIncident,
  type StatusItem,
  secondsPerDay,
} from '@api-monitor/core';
import {
  type ChecksWindow,
  type Database,
  listChannelChecks,
  listFailureKinds,
  listIncidentsSince,
  listModelChecks,
  listStatusDays,
  type WatchedSubject,
} from '@api-monitor/db';
import { LRUCache } from 'lru-cache';
import type { EvidenceTracker } from '../routing/evidence-tracker.ts';
import { listOffers } from '../routing/known-offers.ts';
import { type CurrentState, currentStateOf } from './current-state.ts';
import { settleDays } from './settle-days.ts';

/** What a line shows, and the channels that count for it at present. */
export interface StatusSource extends Pick<StatusItem, 'target_id' | 'model'> {
  targetIds: readonly number[];
}

export interface StatusReport {
  history: StatusHistory;
  /** What is known now; null if that is nothing. */
  current: CurrentState | null;
  /** The channels that offer what it shows, and the models. */
  offered: { targetIds: number[]; models: string[] };
  /** The shown days on which it was watched, oldest first. */
  days: StatusDay[];
  /** Newest first, each with its reasons, the most frequent first. */
  incidents: (StatusIncident & { reasons: ErrorKind[] })[];
}

interface ReportDeps {
  db: Database;
  evidence: EvidenceTracker;
  now: () => number;
}

export interface StatusReports {
  reportOf(source: StatusSource): Promise<StatusReport>;
  /** What people were alerted to within the shown days, oldest first. */
  alertedTo(): Promise<Incident[]>;
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
/** How long incidents are served before they are read again. */
const incidentsFreshS = 5;
const mostAlertedTo = 1000;

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
export function createStatusReports(deps: ReportDeps): StatusReports {
  const { now } = deps;
  const keptByKey = new LRUCache<string, Kept>(growingTo(mostSources));
  let alerted: { madeAt: number; incidents: Promise<Incident[]> } | null = null;
  return {
    alertedTo() {
      const nowS = now();
      if (!alerted || hasPassed(incidentsFreshS, alerted.madeAt, nowS)) {
        const from = firstDayOf(nowS) * secondsPerDay;
        const incidents = listIncidentsSince(deps.db, { from, limit: mostAlertedTo });
        alerted = { madeAt: nowS, incidents };
        incidents.catch(() => {
          alerted = null;
        });
      }
      return alerted.incidents;
    },
    reportOf(source) {
      const key = JSON.stringify(source);
      const known = keptByKey.get(key);
      if (known && !hasPassed(freshS, known.madeAt, now())) return known.report;
      const kept = makeAgain(deps, source, known);
      keptByKey.set(key, kept);
      return kept.report;
    },
  };
}

function makeAgain(deps: ReportDeps, source: StatusSource, known: Kept | undefined): Kept {
  const nowS = deps.now();
  const settled = known?.settled ?? {
    history: emptyHistory(),
    until: firstDayOf(nowS) * secondsPerDay - 1,
  };
  // One after the other, because each starts where the one before ended. A failed one settles less.
  const before = known?.report.catch(() => {}) ?? Promise.resolve();
  return {
    madeAt: nowS,
    settled,
    report: before.then(() => makeReport(deps, source, settled, nowS)),
  };
}

async function makeReport(
  deps: ReportDeps,
  source: StatusSource,
  settled: Settled,
  nowS: number,
): Promise<StatusReport> {
  const { db } = deps;
  const days = await daysOf(db, source, nowS);
  await settleWholeDays(db, source, settled, { days, nowS });
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
  return { history, ...(await readCurrent(deps, source, nowS)), days, incidents };
}

/** If more than a day is missing, whole days are added from their sums. */
async function settleWholeDays(
  db: Database,
  source: StatusSource,
  settled: Settled,
  { days, nowS }: { days: readonly StatusDay[]; nowS: number },
): Promise<void> {
  const today = Math.floor((nowS - unsettledS) / secondsPerDay);
  const window = { after: settled.until, until: today * secondsPerDay - 1 };
  if (window.until - window.after < secondsPerDay) return;
  const isWithin = ({ number }: StatusDay) =>
    number * secondsPerDay > window.after && number * secondsPerDay <= window.until;
  settled.history = await settleDays(settled.history, {
    days: days.filter(isWithin),
    checksIn: (day) => checksOf(db, source, day),
  });
  settled.until = window.until;
}

async function readCurrent(
  deps: ReportDeps,
  { target_id, model, targetIds }: StatusSource,
  nowS: number,
): Promise<Pick<StatusReport, 'current' | 'offered'>> {
  const ofTarget = target_id === null ? {} : { target_ids: [target_id] };
  const ofModel = model === null ? {} : { models: [model] };
  const offers = await listOffers(deps, { ...ofTarget, ...ofModel });
  const counted = offers.filter(({ target }) => targetIds.includes(target.id));
  const offered = counted.filter(({ evidence }) => countsAsOffered(evidence));
  const offering = new Set(offered.map(({ target }) => target.id));
  return {
    current: currentStateOf(counted, { needsAll: model === null, nowS }),
    offered: { targetIds: [...offering], models: offered.map((one) => one.model) },
  };
}

function daysOf(db: Database, source: StatusSource, nowS: number): Promise<StatusDay[]> {
  const subject = subjectOf(source);
  const window = { after: firstDayOf(nowS) * secondsPerDay - 1, until: nowS };
  return subject ? listStatusDays(db, subject, window) : Promise.resolve([]);
}

function subjectOf({ model, target_id, targetIds }: StatusSource): WatchedSubject | null {
  if (model !== null) return { model, targetIds };
  return target_id === null ? null : { targetId: target_id };
}

function firstDayOf(nowS: number): number {
  return Math.floor(nowS / secondsPerDay) - shownDays + 1;
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
