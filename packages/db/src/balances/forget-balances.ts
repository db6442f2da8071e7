import type { TargetPatch } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** The fields with which another answer may come. */
const askedWith = [
  ...['api_key', 'keys', 'verify_ssl', 'proxy_url', 'ca_certificate', 'user_agent'],
  ...['headers', 'balance_interval_min', 'enabled'],
] as const satisfies (keyof TargetPatch)[];

/**
 * After a change of a channel: what another address said is forgotten, and with other keys or another way
 * it is asked again soon. Belongs in the transaction of the change.
 */
export async function noteBalanceChange(
  kysely: Kysely<Schema>,
  target_id: number,
  { patch, isMoved }: { patch: TargetPatch; isMoved: boolean },
): Promise<void> {
  if (isMoved) {
    await kysely.deleteFrom('channel_balances').where('target_id', '=', target_id).execute();
    await kysely.deleteFrom('balances').where('target_id', '=', target_id).execute();
  } else if (askedWith.some((field) => patch[field] !== undefined)) {
    await kysely
      .updateTable('channel_balances')
      .set({ due_at: 0, failures: 0 })
      .where('target_id', '=', target_id)
      .execute();
  }
}
