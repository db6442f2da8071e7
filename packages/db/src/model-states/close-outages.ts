import {
  answeredAt,
  type Evidence,
  failingSinceOf,
  outageOf,
  type Target,
  watchedOutage,
} from '@api-monitor/core';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { addOutage } from '../probe-totals/write-probe-totals.ts';
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
 * transaction that writes what is known now. `past`: the models as they were before.
 */
export async function closeOutages(
  db: Database,
  { target, before, after, nowS }: Change,
  past: PastStates,
): Promise<Map<string, number>> {
  const watchedUntil = new Map<string, number>();
  const backAt = Math.max(0, ...[...after.evidence.values()].map(answeredAt));
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
  }
  return watchedUntil;
}

/** The same between two runs, when a client or a single probe was answered. */
export async function closeOutagesNow(
  db: Database,
  change: Change & { before: ChannelKnowledge },
): Promise<void> {
  const { target, before, after } = change;
  const isBack = outageOf(before.fault) !== null && after.fault === null;
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
