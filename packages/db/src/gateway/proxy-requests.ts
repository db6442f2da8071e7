import type { Database } from '../engine/database.ts';
import { matching, type ProxyRequestFilter } from './proxy-request-filter.ts';
import { type ProxyRequestRow, proxyRequestColumns, proxyRequestOf } from './proxy-request-row.ts';

export interface ListProxyRequestsInput extends ProxyRequestFilter {
  /** Only those written before this one: the next page. */
  before_id?: number | undefined;
  /** Only those written after this one. */
  after_id?: number | undefined;
  limit: number;
}

/** Requests through the gateway, newest first. */
export async function listProxyRequests(
  db: Database,
  { before_id, after_id, limit, ...filter }: ListProxyRequestsInput,
): Promise<ProxyRequestRow[]> {
  let query = matching(db.kysely.selectFrom('proxy_requests'), filter);
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  if (after_id !== undefined) query = query.where('id', '>', after_id);
  const rows = await query.select(proxyRequestColumns).orderBy('id', 'desc').limit(limit).execute();
  return rows.map(proxyRequestOf);
}
