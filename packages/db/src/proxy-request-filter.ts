import type { GatewayRoute } from '@api-monitor/core';
import type { SelectQueryBuilder } from 'kysely';
import type { Schema } from './schema.ts';

/** How a request ended for its client. A stream that broke midway began as a 200 all the same. */
export const requestOutcomes = ['ok', 'client_error', 'upstream_error'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

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
  const { key_id, target_id, model, route, from, to } = filter;
  let query = withOutcome(all, filter.outcome);
  if (key_id === null) query = query.where('key_id', 'is', null);
  else if (key_id !== undefined) query = query.where('key_id', '=', key_id);
  if (target_id !== undefined) query = query.where('target_id', '=', target_id);
  if (model !== undefined) query = query.where('model', '=', model);
  if (route !== undefined) query = query.where('route', '=', route);
  if (from !== undefined) query = query.where('timestamp', '>=', from);
  if (to !== undefined) query = query.where('timestamp', '<', to);
  return query;
}

function withOutcome<Row>(query: Query<Row>, outcome: RequestOutcome | undefined): Query<Row> {
  switch (outcome) {
    case undefined:
      return query;
    case 'ok':
      return query.where('status', '<', 400).where('error', 'is', null);
    case 'client_error':
      return query.where('status', '>=', 400).where('status', '<', 500);
    case 'upstream_error':
      return query.where((where) =>
        where.or([
          where('status', '>=', 500),
          where.and([where('status', '<', 400), where('error', 'is not', null)]),
        ]),
      );
  }
}
