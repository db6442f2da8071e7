import {
  type BalancePoint,
  type BalanceRow,
  type ChannelBalance,
  daysLeft,
  type Falls,
  fallsOf,
  hasPassed,
  type KeyBalance,
  nextPollAt,
  type PollBalanceJob,
  rateHistoryS,
  spentPerDay,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import {
  getChannelBalance,
  getTarget,
  hashedKeysOf,
  listBalances,
  listDueBalances,
  saveChannelBalance,
  upstreamTargetOf,
  upstreamWith,
} from '@api-monitor/db';
import type { BalanceResult } from '@api-monitor/protocols';
import { turnsAtOnce } from '../asking/channel-turns.ts';
import { hasMoved } from '../run/has-moved.ts';
import { unlessCut } from '../run/unless-cut.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { type BalanceAsker, createBalanceAsker } from './ask-balance.ts';

/** Queues a poll of every channel whose balance is to be asked for. */
export async function queueBalancePolls({ db, bus, nowS, stopping }: WorkerDeps): Promise<void> {
  if (stopping.aborted) return;
  for (const target_id of (await listDueBalances(db, nowS())).slice(0, pollsPerTick)) {
    await bus.balancePolls.add(String(target_id), { target_id });
  }
}

const pollsPerTick = 100;
/** The other keys follow in the next polls. */
const keysPerPoll = 20;
/** Relays change what they charge rarely. */
const multipliersPeriodS = 86_400;

/**
 * Asks a channel what is left, and stores it with the history. `cut` ends it at once, without a result.
 * Throws internal errors.
 */
export async function pollBalance(
  deps: WorkerDeps,
  { target_id, is_forced = false }: PollBalanceJob,
  cut: AbortSignal,
): Promise<void> {
  const { db, bus } = deps;
  const target = await getTarget(db, target_id);
  if (!target || !(is_forced || (await isDue(deps, target_id)))) return;
  const before = (await getChannelBalance(db, target_id)) ?? neverAsked(target_id);
  const polled = await unlessCut(cut, askKeys(deps, { target, before, cut }));
  if (!polled) return;
  const { known, rows } = polled;
  if (!(await saveChannelBalance(db, known, rows, (now) => !hasMoved(target, now)))) return;
  const { fault, message, failures } = known;
  if (fault && failures === 1) deps.logger.info({ target_id, fault, message }, 'no balance');
  if (is_forced || looksOther(before, known) || before.asked_at === null) {
    await bus.events.publish({ type: 'target_updated', data: { target_id } });
  }
}

async function isDue({ db, nowS }: WorkerDeps, target_id: number): Promise<boolean> {
  return (await listDueBalances(db, nowS(), target_id)).length > 0;
}

function neverAsked(target_id: number): ChannelBalance {
  return {
    ...{ target_id, due_at: 0, asked_at: null, source: null, fault: null, message: null },
    ...{ failures: 0, keys: [], multipliers: [], multipliers_at: null, books_since: null },
  };
}

function looksOther(before: ChannelBalance, after: ChannelBalance): boolean {
  const shown = ({ keys, fault, multipliers }: ChannelBalance) =>
    JSON.stringify([keys.map(({ amount, unit }) => [amount, unit]), fault, multipliers]);
  return shown(before) !== shown(after);
}

interface Polling {
  target: Target;
  before: ChannelBalance;
  cut: AbortSignal;
}

/** What is known after a poll, and what goes into the history. */
interface Polled {
  known: ChannelBalance;
  rows: BalanceRow[];
}

type Refusal = Extract<BalanceResult, { ok: false }>;

/** One of the channel's keys, and how it is reached with it. */
interface PolledKey {
  hash: string;
  name: string;
  upstream: UpstreamTarget;
}

async function askKeys(deps: WorkerDeps, { target, before, cut }: Polling): Promise<Polled> {
  const { db, upstream, slots } = deps;
  const now = deps.nowS();
  const base = upstreamTargetOf(db, target);
  const keys = hashedKeysOf(db, target).map(
    (key): PolledKey => ({ ...key, upstream: upstreamWith(base, key) }),
  );
  const takeTurn = turnsAtOnce(slots, { target, signal: cut });
  const asker = createBalanceAsker({ upstream, target, cut, takeTurn, nowS: now });
  const last = new Map(before.keys.map((one) => [one.key, one]));
  const rows: BalanceRow[] = [];
  const faults: Refusal[] = [];
  let { source } = before;
  for (const key of inTurn(keys, last)) {
    const result = asker.hasTime() ? await asker.balance(key.upstream, source) : null;
    if (!result) break;
    if (!result.ok) {
      faults.push(result);
      // What isn't there for one key isn't there for the others, and what is down is down.
      if (result.fault !== 'refused') break;
      continue;
    }
    source = result.reading.source;
    const row = { target_id: target.id, key: key.hash, at: now, ...result.reading };
    last.set(key.hash, await withRate(deps, { ...row, name: key.name }));
    rows.push(rowOf(row));
  }
  const isTold = rows.length > 0;
  const fault = isTold ? undefined : (faults.at(-1) ?? notNow);
  const known: ChannelBalance = {
    ...before,
    ...{ source, asked_at: now, keys: keys.flatMap((key) => knownOf(key, last)) },
    ...{ fault: fault?.fault ?? null, message: fault?.message ?? null },
    failures: isTold ? 0 : before.failures + 1,
  };
  const [first] = keys;
  const multipliers = isTold && first ? await askMultipliers(asker, first, known, now) : {};
  return { known: { ...known, ...multipliers, due_at: dueAt(deps, target, known) }, rows };
}

function knownOf({ hash, name }: PolledKey, last: ReadonlyMap<string, KeyBalance>): KeyBalance[] {
  const known = last.get(hash);
  return known ? [{ ...known, name }] : [];
}

const notNow: Refusal = {
  ok: false,
  fault: 'busy',
  message: 'not asked: the channel had as many requests as it may have at a time',
};

function dueAt({ nowS, random }: WorkerDeps, target: Target, known: ChannelBalance): number {
  const { fault, failures } = known;
  const polled = { intervalMin: target.balance_interval_min || usualIntervalMin, fault, failures };
  return nextPollAt(polled, { nowS: nowS(), random: random() });
}

/** Of a channel that is only asked by hand. */
const usualIntervalMin = 1440;

/** Those first that were told the longest time ago. */
function inTurn(keys: readonly PolledKey[], last: ReadonlyMap<string, KeyBalance>): PolledKey[] {
  const toldAt = ({ hash }: PolledKey) => last.get(hash)?.at ?? 0;
  return keys.toSorted((a, b) => toldAt(a) - toldAt(b)).slice(0, keysPerPoll);
}

async function askMultipliers(
  asker: BalanceAsker,
  { upstream }: PolledKey,
  { source, multipliers_at }: ChannelBalance,
  nowS: number,
): Promise<Partial<ChannelBalance>> {
  const isDueAgain = multipliers_at === null || hasPassed(multipliersPeriodS, multipliers_at, nowS);
  if (!source || !isDueAgain || !asker.hasTime()) return {};
  const multipliers = await asker.multipliers(upstream, source);
  return multipliers ? { multipliers, multipliers_at: nowS } : {};
}

function rowOf({ target_id, key, at, source, amount, unit, used }: BalanceRow): BalanceRow {
  return { target_id, key, at, source, amount, unit, used };
}

async function withRate(
  { db, nowS }: WorkerDeps,
  {
    target_id,
    ...told
  }: BalanceRow & Omit<KeyBalance, 'days_left' | 'spent_per_day' | keyof Falls>,
): Promise<KeyBalance> {
  const from = nowS() - rateHistoryS;
  const history: BalancePoint[] = await listBalances(db, { target_id, from, key: told.key });
  const points = [...history, told];
  return {
    ...told,
    days_left: daysLeft(points, nowS()),
    spent_per_day: spentPerDay(points, nowS()),
    ...fallsOf(points, nowS()),
  };
}
