import type { GatewayRoute, RequestOutcome } from '@api-monitor/core';
import type { SelectQueryBuilder } from 'kysely';
import type { Schema } from '../schema.ts';

/** Which requests to look at; an absent field narrows nothing. */
export interface ProxyRequestFilter {
  /** null: made with the master token. */
  key_id?: number | null | undefined;
  target_id?: number | undefined;
  /** As the channel names it. */
  model?: string | undefined;
  route?: GatewayRoute | undefined;
  outcome?: RequestOutcome | undefined;
  /** Unix seconds, inclusive. */
  from?: number | undefined;
  /** Unix seconds, exclusive. */
  to?: number | undefined;
}

type Query<Row> = SelectQueryBuilder<Schema, 'proxy_requests', Row>;

/** Narrows a query of `proxy_requests` down to what the filter names. */
export function matching<Row>(all: Query<Row>, filter: ProxyRequestFilter): Query<Row> {
  const { key_id, target_id, model, route, outcome, from, to } = filter;
  let query = all;
  if (key_id === null) query = query.where('key_id', 'is', null);
  else if (key_id !== undefined) query = query.where('key_id', '=', key_id);
  if (target_id !== undefined) query = query.where('target_id', '=', target_id);
  if (model !== undefined) query = query.where('model', '=', model);
  if (route !== undefined) query = query.where('route', '=', route);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (from !== undefined) query = query.where('timestamp', '>=', from);
  if (to !== undefined) query = query.where('timestamp', '<', to);
  return query;
}
