import {
  answeredAt,
  type ChannelFault,
  type ErrorKind,
  type Evidence,
  failingSinceOf,
  isProbedRoute,
  outageOf,
  type ProbeResult,
  protocolOf,
  type Route,
  shortestIncidentS,
  type Target,
  watchedOutage,
} from '@api-monitor/core';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { addOutage } from '../probe-totals/write-probe-totals.ts';
import { insertRunModels } from '../runs/run-models.ts';
import type { ChannelKnowledge } from './apply-findings.ts';
import { type PastStates, readPastStates } from './write-model-states.ts';

interface Change {
  target: Target;
  before: Pick<ChannelKnowledge, 'fault'>;
  after: ChannelKnowledge;
  nowS: number;
}

/**
 * Counts the outages that began after the last check and are over now: of models that answer again, and of
 * all models of a channel that is back. Returns until when these models were watched. Belongs in the
 * transaction that writes what is known now. `past`: the models as they were before. One of minutes is also
 * recorded among the probes, for the incidents of the status page.
 */
export async function closeOutages(
  db: Database,
  { target, before, after, nowS }: Change,
  past: PastStates,
): Promise<Map<string, number>> {
  const watchedUntil = new Map<string, number>();
  const answered = Math.max(0, ...[...after.evidence.values()].map(answeredAt));
  // A channel that was unreachable is back with any answer, even if no model has served yet.
  const backAt = answered >= (before.fault?.found_at ?? 0) ? answered : nowS;
  for (const [model, row] of past) {
    if (row.in_last_run === 0 || row.gone_at !== null) continue;
    const known = parseColumn<Evidence[]>(row.evidence);
    const since = failingSinceOf({ evidence: known, fault: before.fault });
    const found = after.evidence.get(model);
    const isOver = failingSinceOf({ evidence: found ?? known, fault: after.fault }) === null;
    if (since === null || !isOver) continue;
    const until = found ? answeredAt(found) : backAt;
    const watched = { watchedUntil: row.watched_until, intervalS: target.interval_min * 60 };
    const times = watchedOutage({ since, until }, watched);
    if (times.length === 0) continue;
    watchedUntil.set(model, until);
    await addOutage(db, { target_id: target.id, model, protocol: row.protocol, nowS }, times);
    if (until - since < shortestIncidentS) continue;
    const why = whyOf(known, outageOf(before.fault));
    await recordOutage(db, target.id, { model, since, until, ...why });
  }
  return watchedUntil;
}

interface Outage {
  model: string;
  since: number;
  until: number;
  route: Route;
  error: string | null;
  error_kind: ErrorKind | null;
}

/** Why it was out, on the route that a probe would ask. */
function whyOf(
  evidence: readonly Evidence[],
  outage: ChannelFault | null,
): Pick<Outage, 'route' | 'error' | 'error_kind'> {
  const failing = evidence.find(({ route, failures }) => failures > 0 && isProbedRoute(route));
  const { error = null, kind: error_kind = failing?.error_kind ?? null } = outage ?? {};
  const route = (failing ?? evidence[0])?.route;
  return {
    route: route && isProbedRoute(route) ? route : 'chat',
    error: error ?? failing?.error ?? null,
    error_kind,
  };
}

/** Its row says when it began and why, a second one when it was over; neither cost a request. */
async function recordOutage(db: Database, target_id: number, outage: Outage): Promise<void> {
  const { since, until, model, route, error, error_kind } = outage;
  const { id: run_id } = await db.kysely
    .insertInto('runs')
    .values({
      ...{ target_id, started_at: since, finished_at: until, heartbeat_at: until },
      ...{ status: 'completed', trigger: 'traffic', total: 1, success: 0, fail: 1, skipped: 0 },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const began: ProbeResult = {
    ...{ model, route, protocol: protocolOf(route), timestamp: since, error, error_kind },
    ...{ success: false, transport_success: false, status_code: null, stream: false, duration: 0 },
    ...{ content: '', tool_calls: [], tool_calls_count: 0, endpoint: '', first_token_s: null },
    ...{ input_tokens: null, output_tokens: null, output_tokens_per_s: null, requests: 0 },
    ...{ proved_by: 'traffic', question: null, is_wrong_answer: false },
  };
  const over = { ...began, timestamp: until, success: true, error: null, error_kind: null };
  await insertRunModels(db, { run_id, target_id }, [began, over]);
}

/** The same between two runs, when a client or a single probe was answered. */
export async function closeOutagesNow(
  db: Database,
  change: Change & { before: ChannelKnowledge },
): Promise<void> {
  const { target, before, after } = change;
  const isBack = outageOf(before.fault) !== null && outageOf(after.fault) === null;
  const failsIn = ({ evidence, fault }: ChannelKnowledge, model: string) =>
    failingSinceOf({ evidence: evidence.get(model) ?? [], fault }) !== null;
  const models = [...before.evidence.keys()].filter(
    (model) => failsIn(before, model) && !failsIn(after, model),
  );
  if (!isBack && models.length === 0) return;
  const past = new Map(await readPastStates(db, target.id));
  // What is known now may be written already.
  for (const [model, evidence] of before.evidence) {
    const row = past.get(model);
    if (row) past.set(model, { ...row, evidence: JSON.stringify(evidence) });
  }
  for (const [model, watched_until] of await closeOutages(db, change, past)) {
    await db.kysely
      .updateTable('model_states')
      .set({ watched_until })
      .where('target_id', '=', target.id)
      .where('model', '=', model)
      .execute();
  }
}
