import { addHistogram, countValue, type Histogram, type ProxyRequest } from '@api-monitor/core';
import { sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { type Batches, deleteRows } from '../engine/delete-batches.ts';

/** The periods by which the times of traffic are summed, and how long each sum is kept. */
const periods = {
  quarter: { lengthS: 900, keptS: 3600 },
  day: { lengthS: 86_400, keptS: 9 * 86_400 },
} as const;
type Period = keyof typeof periods;

interface Sum {
  period_s: number;
  starts_at: number;
  target_id: number;
  model: string;
  first_tokens: Histogram;
}

const key = ['target_id', 'model', 'period_s', 'starts_at'] as const;

/** Adds how long streams took to their first token; belongs in the transaction that writes the requests. */
export async function addFirstTokens(
  { kysely }: Pick<Database, 'kysely'>,
  requests: readonly ProxyRequest[],
): Promise<void> {
  const sums = sumsOf(requests);
  for (const chunk of chunksOf([...sums.values()])) {
    const stored = await kysely
      .selectFrom('first_token_totals')
      .select([...key, 'first_tokens'])
      .where('starts_at', 'in', [...new Set(chunk.map(({ starts_at }) => starts_at))])
      .where('model', 'in', [...new Set(chunk.map(({ model }) => model))])
      .execute();
    for (const row of stored) {
      const sum = sums.get(keyOf(row));
      if (sum) addHistogram(sum.first_tokens, parseColumn<Histogram>(row.first_tokens));
    }
    const rows = chunk.map((sum) => ({ ...sum, first_tokens: JSON.stringify(sum.first_tokens) }));
    await kysely
      .insertInto('first_token_totals')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(key)
          .doUpdateSet(({ ref }) => ({ first_tokens: ref('excluded.first_tokens') })),
      )
      .execute();
  }
}

function keyOf(sum: Pick<Sum, (typeof key)[number]>): string {
  return JSON.stringify(key.map((name) => sum[name]));
}

function sumsOf(requests: readonly ProxyRequest[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { attempts, stream, timestamp } of requests) {
    for (const { target_id, model, finding } of stream ? attempts : []) {
      const seconds = finding?.outcome === 'success' ? finding.first_token_s : null;
      if (seconds === null) continue;
      for (const { lengthS: period_s } of Object.values(periods)) {
        const starts_at = Math.floor(timestamp / period_s) * period_s;
        const empty = { period_s, starts_at, target_id, model, first_tokens: {} };
        const sum = sums.get(keyOf(empty)) ?? empty;
        countValue(sum.first_tokens, seconds);
        sums.set(keyOf(sum), sum);
      }
    }
  }
  return sums;
}

/** How long a channel's model took to its first token. */
export interface FirstTokens {
  target_id: number;
  model: string;
  first_tokens: Histogram;
}

/** The times of streams from the quarter of an hour, or the day, that contains `from` (Unix seconds). */
export async function readFirstTokens(
  { kysely }: Database,
  { period, from, target_ids }: { period: Period; from: number; target_ids?: readonly number[] },
): Promise<FirstTokens[]> {
  const { lengthS } = periods[period];
  const found = new Map<string, FirstTokens>();
  for (const ids of target_ids === undefined ? [null] : chunksOf(target_ids)) {
    let query = kysely
      .selectFrom('first_token_totals')
      .select(['target_id', 'model', 'first_tokens'])
      .where('period_s', '=', lengthS)
      .where('starts_at', '>', Math.floor(from - lengthS));
    if (ids !== null) query = query.where('target_id', 'in', ids);
    for (const row of await query.execute()) {
      const name = JSON.stringify([row.target_id, row.model]);
      const sum = found.get(name) ?? { ...row, first_tokens: {} };
      addHistogram(sum.first_tokens, parseColumn<Histogram>(row.first_tokens));
      found.set(name, sum);
    }
  }
  return [...found.values()];
}

/** Deletes the sums that are too old to be kept. */
export async function pruneFirstTokens(
  db: Database,
  { nowS, ...batches }: Batches & { nowS: number },
): Promise<void> {
  for (const { lengthS, keptS } of Object.values(periods)) {
    const isOld = sql`period_s = ${lengthS} and starts_at < ${Math.ceil(nowS - keptS)}`;
    await deleteRows(db, 'first_token_totals', isOld, batches);
  }
}
