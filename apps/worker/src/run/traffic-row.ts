import {
  chooseRoute,
  type Evidence,
  type ProbeResult,
  protocolOf,
  routes,
} from '@api-monitor/core';
import { type Database, listProxyRequests } from '@api-monitor/db';
import { emptyResult } from '../probe/empty-result.ts';

/** The row of a model that a client's request has just proven, with what that request took. */
export async function rowFromTraffic(
  db: Database,
  { target_id, model, proof }: { target_id: number; model: string; proof: Evidence },
): Promise<ProbeResult> {
  const filter = { target_id, model, outcome: 'ok', limit: 1 } as const;
  const [request] = await listProxyRequests(db, filter);
  const { first_token_s } = proof;
  return {
    ...emptyResult,
    model,
    ...routeOf(model, proof),
    timestamp: proof.proved_at ?? proof.found_at,
    success: true,
    transport_success: true,
    status_code: request?.status ?? null,
    stream: request?.stream ?? false,
    duration: request?.duration_s ?? first_token_s ?? 0,
    first_token_s,
    proved_by: 'traffic',
  };
}

/** If only clients use the route that was proven, the row has the route that a probe would ask. */
function routeOf(model: string, { route: proven }: Evidence) {
  const plan = chooseRoute(model);
  const usual = plan.kind === 'probe' ? plan.route : 'chat';
  const route = routes.find((one) => one === proven) ?? usual;
  return { route, protocol: protocolOf(route) };
}
