import {
  fieldKindsOf,
  type ProxyRequest,
  proxyRequestSchema,
  type RequestOutcome,
} from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { type Filter, type TimeRange, withoutUndefined } from '../engine/filter.ts';

export const secondsPerHour = 3600;

/** A stored request; `id` grows in the order of writing. */
export interface ProxyRequestRow extends ProxyRequest {
  id: number;
  outcome: RequestOutcome;
}

export const proxyRequestCodec = createCodec<ProxyRequestRow>({
  id: 'number',
  ...fieldKindsOf(proxyRequestSchema),
  outcome: 'text',
});

/** Which requests to look at; `key_id` null: made with the master token. */
export interface ProxyRequestFilter extends Filter<FilterFields>, TimeRange {}

export interface FilterFields extends Pick<ProxyRequestRow, 'key_id' | 'route' | 'outcome'> {
  target_id: number;
  /** As the channel names it. */
  model: string;
}

export interface ListProxyRequestsInput extends ProxyRequestFilter {
  /** Only those written before this one: the next page. */
  before_id?: number | undefined;
  /** Only those written after this one. */
  after_id?: number | undefined;
  limit: number;
}

/** Requests through the gateway, newest first. */
export async function listProxyRequests(
  { kysely }: Database,
  { before_id, after_id, limit, from, to, ...equal }: ListProxyRequestsInput,
): Promise<ProxyRequestRow[]> {
  let query = kysely.selectFrom('proxy_requests').select(proxyRequestCodec.columns);
  query = query.where((where) => where.and(withoutUndefined(equal)));
  // A refused request without a key isn't the master token's.
  if (equal.key_id === null) query = query.where('key_name', '<>', '');
  if (from !== undefined) query = query.where('timestamp', '>=', from);
  if (to !== undefined) query = query.where('timestamp', '<', to);
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  if (after_id !== undefined) query = query.where('id', '>', after_id);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(proxyRequestCodec.fromRow);
}
