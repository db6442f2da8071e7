import { isFailedRequest, type ProxyRequest, requestOutcomeOf } from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import type { ProxyTotalsRow } from '../schema.ts';

export const secondsPerHour = 3600;

const sums = [
  'requests',
  'failures',
  'input_tokens',
  'output_tokens',
  'first_byte_sum_s',
  'first_byte_count',
] as const;

/** Adds the requests to the totals of their hours; belongs into the transaction that writes them. */
export async function addToTotals(db: Database, requests: readonly ProxyRequest[]): Promise<void> {
  for (const chunk of chunksOf([...sumByGroup(requests).values()])) {
    await db.kysely
      .insertInto('proxy_totals')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['hour', 'key_id', 'target_id', 'model', 'route', 'outcome'])
          .doUpdateSet((update) => ({
            key_name: update.ref('excluded.key_name'),
            target_name: update.ref('excluded.target_name'),
            requests: update('proxy_totals.requests', '+', update.ref('excluded.requests')),
            failures: update('proxy_totals.failures', '+', update.ref('excluded.failures')),
            input_tokens: update(
              'proxy_totals.input_tokens',
              '+',
              update.ref('excluded.input_tokens'),
            ),
            output_tokens: update(
              'proxy_totals.output_tokens',
              '+',
              update.ref('excluded.output_tokens'),
            ),
            first_byte_sum_s: update(
              'proxy_totals.first_byte_sum_s',
              '+',
              update.ref('excluded.first_byte_sum_s'),
            ),
            first_byte_count: update(
              'proxy_totals.first_byte_count',
              '+',
              update.ref('excluded.first_byte_count'),
            ),
          })),
      )
      .execute();
  }
}

function sumByGroup(requests: readonly ProxyRequest[]): Map<string, ProxyTotalsRow> {
  const groups = new Map<string, ProxyTotalsRow>();
  for (const request of requests) {
    const one = totalsOf(request);
    const { hour, key_id, target_id, model, route, outcome } = one;
    const group = JSON.stringify([hour, key_id, target_id, model, route, outcome]);
    const known = groups.get(group);
    if (!known) groups.set(group, one);
    else for (const sum of sums) known[sum] += one[sum];
  }
  return groups;
}

function totalsOf(request: ProxyRequest): ProxyTotalsRow {
  const { timestamp, key_id, key_name, target_id, target_name, model, route } = request;
  return {
    hour: Math.floor(timestamp / secondsPerHour) * secondsPerHour,
    key_id: key_id ?? 0,
    target_id: target_id ?? 0,
    model: model ?? '',
    route,
    outcome: requestOutcomeOf(request),
    key_name,
    target_name,
    requests: 1,
    failures: isFailedRequest(request) ? 1 : 0,
    input_tokens: request.input_tokens ?? 0,
    output_tokens: request.output_tokens ?? 0,
    first_byte_sum_s: request.first_byte_s ?? 0,
    first_byte_count: request.first_byte_s === null ? 0 : 1,
  };
}
