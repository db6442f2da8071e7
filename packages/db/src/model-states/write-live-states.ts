import {
  hasMovedForRouting,
  type LiveEvidence,
  type LiveState,
  nextLiveState,
} from '@api-monitor/core';
import { nextRevision } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

/** A model whose count of live failures changed. */
export interface LiveChange {
  target_id: number;
  model: string;
  live_failures: number;
}

const liveColumns = ['live_failures', 'live_failed_at', 'live_error', 'live_first_byte_s'] as const;

/** Carries forward what live traffic says of each model; unknown models are left out. */
export async function writeLiveStates(
  db: Database,
  evidence: readonly LiveEvidence[],
): Promise<LiveChange[]> {
  const inOrder = [...evidence].sort((a, b) => a.at - b.at);
  // A number has no slash, so the first one ends the id.
  const byModel = Map.groupBy(inOrder, ({ target_id, model }) => `${target_id}/${model}`);
  const changes: LiveChange[] = [];
  for (const [first, ...rest] of byModel.values()) {
    if (!first) continue;
    const change = await writeLiveState(db, first, [first, ...rest]);
    if (change) changes.push(change);
  }
  return changes;
}

async function writeLiveState(
  db: Database,
  { target_id, model }: LiveEvidence,
  evidence: readonly LiveEvidence[],
): Promise<LiveChange | null> {
  const past = await db.kysely
    .selectFrom('model_states')
    .select([...liveColumns, 'last_success_at'])
    .where('target_id', '=', target_id)
    .where('model', '=', model)
    .executeTakeFirst();
  if (!past) return null;
  const { last_success_at, ...before } = past;
  const after = evidence.reduce<LiveState>(
    (state, one) => nextLiveState(state, one, last_success_at),
    before,
  );
  if (liveColumns.every((column) => after[column] === before[column])) return null;
  await db.kysely
    .updateTable('model_states')
    .set(after)
    .where('target_id', '=', target_id)
    .where('model', '=', model)
    .execute();
  if (hasMovedForRouting(before, after)) {
    await db.kysely
      .updateTable('targets')
      .set({ revision: nextRevision })
      .where('id', '=', target_id)
      .execute();
  }
  const { live_failures } = after;
  return live_failures === before.live_failures ? null : { target_id, model, live_failures };
}
