import type { ProbeResult, Target } from '@api-monitor/core';
import { type Database, readProbeUsage, readSettings, recordLostProbes } from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';

/** What probes cost. */
interface Spend {
  requests: number;
  tokens: number;
}

/** What this process has spent, because the database only knows of probes that are written. */
export interface SpendTally {
  /** Since the start of the process. */
  all: Spend;
  unwritten: Spend;
}

/** What a channel and the whole installation may still spend today, in UTC. */
export interface Budget {
  isUsedUp(): boolean;
  /**
   * Sets one request aside, and the tokens that it costs at least; null if nothing is left. Call the
   * returned function with what the request has cost in the end.
   */
  reserve(tokens: number): ((cost: Cost) => void) | null;
  /** A probe was given up midway, so no row of it is written; its cost is. */
  lose(probe: ProbeResult): void;
  /** Call it once what was spent is written, or never will be. Never rejects. */
  end(): Promise<void>;
}

interface Deps {
  db: Database;
  logger: Logger;
}

type Cost = Pick<ProbeResult, 'requests' | 'input_tokens' | 'output_tokens'>;
type Limited = { [Name in 'probe_requests_per_day' | 'probe_tokens_per_day']: number | null };

export const budgetUsedUp = 'the budget of the day is used up';

export function createSpendTally(): SpendTally {
  return { all: { requests: 0, tokens: 0 }, unwritten: { requests: 0, tokens: 0 } };
}

export async function openBudget(
  { db, logger, spending, nowS }: Deps & { spending: SpendTally; nowS: () => number },
  target: Pick<Target, 'id' | keyof Limited>,
): Promise<Budget> {
  const own = limitOf(target);
  const overall = limitOf(await readSettings(db));
  const day = nowS();
  const spent = { requests: 0, tokens: 0 };
  const lost: ProbeResult[] = [];
  const ownBefore = hasLimit(own)
    ? sumOf(await readProbeUsage(db, { day, target_id: target.id }))
    : null;
  const allBefore = hasLimit(overall)
    ? sumOf([...(await readProbeUsage(db, { day })), spending.unwritten])
    : null;
  const tallyBefore = { ...spending.all };
  const isUsedUp = () => {
    if (ownBefore && reaches(sumOf([ownBefore, spent]), own)) return true;
    const since = {
      requests: spending.all.requests - tallyBefore.requests,
      tokens: spending.all.tokens - tallyBefore.tokens,
    };
    return allBefore !== null && reaches(sumOf([allBefore, since]), overall);
  };
  return {
    isUsedUp,
    reserve(tokens) {
      if (isUsedUp()) return null;
      const sums = [spent, spending.all, spending.unwritten];
      const reserved = { requests: 1, tokens };
      for (const sum of sums) add(sum, reserved, 1);
      return (cost) => {
        for (const sum of sums) {
          add(sum, reserved, -1);
          add(sum, costOf(cost), 1);
        }
      };
    },
    lose: (probe) => void lost.push(probe),
    async end() {
      if (lost.length > 0)
        await writeLost({ db, logger }, { target_id: target.id, probes: lost, nowS: nowS() });
      add(spending.unwritten, spent, -1);
    },
  };
}

async function writeLost(
  { db, logger }: Deps,
  lost: Parameters<typeof recordLostProbes>[1],
): Promise<void> {
  await recordLostProbes(db, lost).catch((err) =>
    logger.warn({ err, target_id: lost.target_id }, 'the cost of lost probes was not written'),
  );
}

export function limitOf({ probe_requests_per_day, probe_tokens_per_day }: Limited): Spend {
  return { requests: probe_requests_per_day ?? 0, tokens: probe_tokens_per_day ?? 0 };
}

/** 0 is no limit. */
export function hasLimit({ requests, tokens }: Spend): boolean {
  return requests > 0 || tokens > 0;
}

export function reaches(used: Spend, limit: Spend): boolean {
  return (
    (limit.requests > 0 && used.requests >= limit.requests) ||
    (limit.tokens > 0 && used.tokens >= limit.tokens)
  );
}

function costOf({ requests, input_tokens, output_tokens }: Cost): Spend {
  return { requests, tokens: (input_tokens ?? 0) + (output_tokens ?? 0) };
}

export function sumOf(parts: readonly Spend[]): Spend {
  const sum = { requests: 0, tokens: 0 };
  for (const part of parts) add(sum, part, 1);
  return sum;
}

function add(to: Spend, part: Spend, times: 1 | -1): void {
  to.requests += times * part.requests;
  to.tokens += times * part.tokens;
}
