import { isDeepStrictEqual } from 'node:util';
import type { Target, TargetPatch } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** The fields with which another answer may come. */
const askedWith = [
  ...['api_key', 'keys', 'verify_ssl', 'proxy_url', 'ca_certificate', 'user_agent'],
  ...['headers', 'balance_interval_min', 'enabled'],
] as const satisfies (keyof TargetPatch)[];

/** The fields that decide what requests are counted at. */
const pricedWith = ['price_multiplier', 'unit_cost', 'prices'] as const;

/**
 * After a change of a channel: what another address said is forgotten, and with other keys or another way
 * it is asked again soon. The books begin again at other prices, because what was counted before would be
 * taken for a difference. Belongs in the transaction of the change.
 */
export async function noteBalanceChange(
  kysely: Kysely<Schema>,
  target_id: number,
  { before, patch, nowS }: { before: Target; patch: TargetPatch; nowS: number },
): Promise<void> {
  const isMoved = patch.base_url !== undefined && patch.base_url !== before.base_url;
  if (isMoved) {
    await kysely.deleteFrom('channel_balances').where('target_id', '=', target_id).execute();
    await kysely.deleteFrom('balances').where('target_id', '=', target_id).execute();
    return;
  }
  const isAskedOtherwise = askedWith.some((field) => patch[field] !== undefined);
  const isPricedOtherwise = pricedWith.some((field) => {
    return patch[field] !== undefined && !isDeepStrictEqual(patch[field], before[field]);
  });
  if (!isAskedOtherwise && !isPricedOtherwise) return;
  await kysely
    .updateTable('channel_balances')
    .set({
      ...(isAskedOtherwise ? { due_at: 0, failures: 0 } : {}),
      ...(isPricedOtherwise ? { books_since: nowS } : {}),
    })
    .where('target_id', '=', target_id)
    .execute();
}
