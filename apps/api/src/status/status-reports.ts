import { setImmediate as nextTurn } from 'node:timers/promises';
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
  modelKey,
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

/** What a line shows, and the channels that count for it at present: all of these if it names none and no model. */
export interface StatusSource extends Pick<StatusItem, 'target_id' | 'model'> {
  targetIds: readonly number[];
}

export interface StatusReport {
  history: StatusHistory;
  /** What is known now; null if that is nothing. */
  current: CurrentState | null;
  /** Which of its channels offers which model that it shows. */
  offers: { target_id: number; model: string }[];
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
/** Sums may change this late: an outage is added when it ends. */
const unsettledDays = 3;
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
  /** Of a group of channels, whose sums take long to read: the days before `daysUntil`. */
  days: StatusDay[];
  daysUntil: number;
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
    ...{ history: emptyHistory(), until: firstDayOf(nowS) * secondsPerDay - 1 },
    ...{ days: [], daysUntil: 0 },
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
  const days = await daysOf(db, source, settled, nowS);
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
): Promise<Pick<StatusReport, 'current' | 'offers'>> {
  const isAnywhere = target_id === null && model !== null;
  const ofTarget = isAnywhere ? {} : { target_ids: targetIds };
  const ofModel = model === null ? {} : { models: [model] };
  const offers = await listOffers(deps, { ...ofTarget, ...ofModel });
  const counted = offers.filter(({ target }) => targetIds.includes(target.id));
  const byModel = Map.groupBy(counted, (one) => modelKey(one.model));
  const offered = counted.filter(({ evidence }) => countsAsOffered(evidence));
  return {
    current: currentStateOf([...byModel.values()], nowS),
    offers: offered.map((one) => ({ target_id: one.target.id, model: one.model })),
  };
}

async function daysOf(
  db: Database,
  source: StatusSource,
  settled: Settled,
  nowS: number,
): Promise<StatusDay[]> {
  const first = firstDayOf(nowS);
  const known = settled.days.filter(({ number }) => number >= first);
  const after = Math.max(first, settled.daysUntil) * secondsPerDay - 1;
  const read = await listStatusDays(db, subjectOf(source), { after, until: nowS });
  const days = [...known, ...read];
  if (source.target_id === null && source.model === null) {
    settled.daysUntil = Math.floor(nowS / secondsPerDay) - unsettledDays;
    settled.days = days.filter(({ number }) => number < settled.daysUntil);
  }
  return days;
}

function subjectOf({ model, target_id, targetIds }: StatusSource): WatchedSubject {
  const isChannel = model === null && target_id !== null;
  return isChannel ? { targetId: target_id } : { model, targetIds };
}

function firstDayOf(nowS: number): number {
  return Math.floor(nowS / secondsPerDay) - shownDays + 1;
}

async function checksOf(
  db: Database,
  { model, targetIds }: StatusSource,
  window: ChecksWindow,
): Promise<StatusCheck[]> {
  if (model !== null) return listModelChecks(db, { targetIds, model }, window);
  const checks: StatusCheck[] = [];
  for (const id of targetIds) {
    for (const check of await listChannelChecks(db, id, window)) checks.push(check);
    if (targetIds.length > 1) await nextTurn();
  }
  return checks.sort((a, b) => a.at - b.at);
}

/** A whole run has no reason of its own; its probes have. */
async function reasonsOf(db: Database, { kinds, run_id }: StatusIncident): Promise<ErrorKind[]> {
  const counted = errorKinds.filter((kind) => kinds[kind] !== undefined);
  if (counted.length === 0) return listFailureKinds(db, run_id);
  return counted.sort((a, b) => (kinds[b] ?? 0) - (kinds[a] ?? 0));
}
