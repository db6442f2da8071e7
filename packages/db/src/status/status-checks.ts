import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  availabilityOfAny,
  checksOfChannel,
  type ErrorKind,
  isCheck,
  type ModelOutage,
  type StatusCheck,
  type StatusDay,
  secondsPerDay,
  sumAvailability,
} from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import {
  type PeriodTotals,
  periodTotalsCodec,
  probePeriods,
} from '../probe-totals/probe-totals.ts';

/** The time after `after` and up to `until`, in Unix seconds. */
export interface ChecksWindow {
  after: number;
  until: number;
}

/**
 * A channel's whole runs that say something about it, and the outages of minutes between them, oldest first.
 * A run that was interrupted before its first probe doesn't, nor does one that found no models.
 */
export async function listChannelChecks(
  db: Database,
  targetId: number,
  { after, until }: ChecksWindow,
): Promise<StatusCheck[]> {
  const rows = await selectRuns(db, targetId)
    .where('started_at', '>', after)
    .where('started_at', '<=', until)
    .orderBy('started_at')
    .execute();
  const runs = rows.map(runCheckOf).filter(({ asked, isEmpty }) => asked > 0 || !isEmpty);
  const outages = await listModelOutages(db, targetId, { after, until });
  const before = outages.length > 0 ? await runBefore(db, targetId, after) : null;
  const checks = checksOfChannel({ target_id: targetId, runs, outages, before });
  return checks.filter(({ at }) => at > after && at <= until);
}

/** The last run up to this time that asked a model; null if there was none. */
async function runBefore(db: Database, targetId: number, at: number) {
  const row = await selectRuns(db, targetId)
    .where('started_at', '<=', at)
    .where((where) => where.or([where('success', '>', 0), where('fail', '>', 0)]))
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? runCheckOf(row) : null;
}

function selectRuns({ kysely }: Database, targetId: number) {
  return kysely
    .selectFrom('runs')
    .select(['id', 'started_at', 'status', 'success', 'fail', 'cut'])
    .where('target_id', '=', targetId)
    .where('status', '!=', 'running')
    .where('trigger', '!=', 'traffic');
}

type RunOfCheck = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number];

function runCheckOf({ id: run_id, started_at: at, status, success, fail, cut }: RunOfCheck) {
  const isEmpty = status === 'completed' || cut !== null;
  return { run_id, at, passed: success, asked: success + fail, isEmpty };
}

/** The end of a longer one isn't looked for: runs that follow it show that it is over. */
const longestOutageS = 2 * secondsPerDay;

/** What `closeOutages` has recorded of this time. */
async function listModelOutages(
  { kysely }: Database,
  targetId: number,
  { after, until }: ChecksWindow,
): Promise<ModelOutage[]> {
  return kysely
    .selectFrom('runs')
    .innerJoin('run_models', 'run_models.run_id', 'runs.id')
    .select(['runs.id as run_id', 'model', 'started_at as since'])
    .select((select) => select.fn.coalesce('finished_at', 'started_at').as('until'))
    .where('runs.target_id', '=', targetId)
    .where('trigger', '=', 'traffic')
    .where('started_at', '>', after - longestOutageS)
    .where('started_at', '<=', until)
    .where('finished_at', '>', after)
    .where('run_models.success', '=', 0)
    .where('proved_by', '=', 'traffic')
    .orderBy('started_at')
    .execute();
}

/** The probes of a model on these channels, oldest first. */
export async function listModelChecks(
  db: Database,
  { targetIds, model }: { targetIds: readonly number[]; model: string },
  { after, until }: ChecksWindow,
): Promise<StatusCheck[]> {
  if (targetIds.length === 0) return [];
  const probes = await db.kysely
    .selectFrom('run_models')
    .select(['target_id', 'run_id', 'timestamp', 'success', 'error_kind', 'proved_by'])
    .where('target_id', 'in', targetIds)
    .where('model', '=', model)
    .where('timestamp', '>', after)
    .where('timestamp', '<=', until)
    .orderBy('timestamp')
    .execute();
  return probes.filter(isCheck).map(({ timestamp, success, error_kind, proved_by, ...ids }) => ({
    ...ids,
    ...(success === 0 && proved_by === 'traffic' ? { hasLasted: true } : {}),
    at: timestamp,
    share: success,
    kind: success === 1 ? null : error_kind,
  }));
}

/** Why a run's probes failed, the most frequent reason first. */
export async function listFailureKinds(db: Database, runId: number): Promise<ErrorKind[]> {
  const rows = await db.kysely
    .selectFrom('run_models')
    .select((select) => ['error_kind', select.fn.countAll().as('probes')])
    .where('run_id', '=', runId)
    .where('success', '=', 0)
    .groupBy('error_kind')
    .execute();
  return rows
    .sort((a, b) => Number(b.probes) - Number(a.probes))
    .flatMap(({ error_kind }) => (error_kind && isCheck({ error_kind }) ? error_kind : []));
}

/** What the days of a status page's line are about: a whole channel, or a model on these channels or all of theirs. */
export type WatchedSubject =
  | { targetId: number }
  | { model: string | null; targetIds: readonly number[] };

/**
 * The days of a channel or a model from the stored sums, oldest first; days without checks are left out. A
 * channel's availability is that of its models together; a model on several channels is available while
 * one of them is. That of several channels is that of their models together, each on all of them.
 */
export async function listStatusDays(
  db: Database,
  subject: WatchedSubject,
  window: ChecksWindow,
): Promise<StatusDay[]> {
  if ('targetId' in subject) return listChannelDays(db, subject.targetId, window);
  return subject.model === null
    ? listGroupDays(db, subject.targetIds, window)
    : listModelDays(db, { ...subject, model: subject.model }, window);
}

function selectDays({ kysely }: Database, { after, until }: ChecksWindow) {
  return kysely
    .selectFrom('probe_totals')
    .where('period_s', '=', probePeriods.day.lengthS)
    .where('starts_at', '>', after)
    .where('starts_at', '<=', until)
    .where('watched_s', '>', 0)
    .orderBy('starts_at');
}

async function listChannelDays(
  db: Database,
  targetId: number,
  window: ChecksWindow,
): Promise<StatusDay[]> {
  const rows = await selectDays(db, window)
    .select(({ fn }) => [
      'starts_at',
      fn.sum<number>('watched_s').as('watched_s'),
      fn.sum<number>('served_s').as('served_s'),
      fn.sum<number>('probes').as('probes'),
      fn.sum<number>('successes').as('successes'),
    ])
    .where('target_id', '=', targetId)
    .groupBy('starts_at')
    .execute();
  return rows.map((row) => ({
    number: Math.floor(row.starts_at / secondsPerDay),
    watched_s: row.watched_s,
    served_s: row.served_s,
    isFlawless: isFlawless(row),
    targetIds: [targetId],
  }));
}

async function listModelDays(
  db: Database,
  { model, targetIds }: { model: string; targetIds: readonly number[] },
  window: ChecksWindow,
): Promise<StatusDay[]> {
  if (targetIds.length === 0) return [];
  const rows = await selectDays(db, window)
    .select(['target_id', ...dayColumns])
    .where('model', '=', model)
    .where('target_id', 'in', targetIds)
    .orderBy('target_id')
    .execute();
  const byDay = Map.groupBy(rows, ({ starts_at }) => starts_at);
  return [...byDay].map(([starts_at, ofDay]) => ({
    number: Math.floor(starts_at / secondsPerDay),
    ...availabilityOfAny(ofDay.map((row) => periodTotalsCodec.fromRow({ ...row }))),
    isFlawless: ofDay.every(isFlawless),
    targetIds: ofDay.map(({ target_id }) => target_id),
  }));
}

/** Day by day, and others get a turn in between, because a group may have thousands of models. */
async function listGroupDays(
  db: Database,
  targetIds: readonly number[],
  window: ChecksWindow,
): Promise<StatusDay[]> {
  if (targetIds.length === 0) return [];
  const days: StatusDay[] = [];
  const last = Math.floor(window.until / secondsPerDay);
  for (let number = Math.floor(window.after / secondsPerDay) + 1; number <= last; number += 1) {
    await nextTurn();
    const rows = await selectDays(db, window)
      .select(['target_id', 'model', ...dayColumns])
      .where('starts_at', '=', number * secondsPerDay)
      .where('target_id', 'in', targetIds)
      .orderBy('target_id')
      .execute();
    if (rows.length === 0) continue;
    const totals = rows.map((row) => periodTotalsCodec.fromRow(row));
    const byModel = [...Map.groupBy(totals, ({ model }) => model).values()];
    days.push({
      number,
      ...sumAvailability(byModel.map(availabilityOfAny)),
      isFlawless: totals.every(isFlawless),
      targetIds: [...new Set(totals.map(({ target_id }) => target_id))],
    });
  }
  return days;
}

const dayColumns = [
  'starts_at',
  'probes',
  'successes',
  'watched_s',
  'served_s',
  'times',
] as const satisfies readonly (keyof PeriodTotals)[];

/** Sums of seconds may be a hair off. */
function isFlawless(
  row: Pick<PeriodTotals, 'probes' | 'successes' | 'watched_s' | 'served_s'>,
): boolean {
  return row.successes === row.probes && row.watched_s - row.served_s < 0.001;
}
