import {
  busyUntilOf,
  type ChannelFault,
  clockSkewS,
  type Evidence,
  nextKeyRecheck,
  outageOf,
} from '@api-monitor/core';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { channelKeysOf } from '../targets/target-keys.ts';
import { targetCodec } from '../targets/targets.ts';

/** A single probe that is due. */
export interface Recheck {
  target_id: number;
  model: string;
  /**
   * `fault`: the whole channel is at fault, and this one model shows whether it is back. `key`: one of the
   * channel's keys fails, and is asked with this model.
   */
  reason: 'model' | 'fault' | 'key';
  /** The hash of that key. */
  key?: string;
}

/** No rest is longer than the longest interval; a later one comes from a wrong clock. */
const longestRestS = 86_400;

/** The single probes of enabled targets that are due, the one that waits longest first. */
export async function listRechecks(db: Database, nowS: number): Promise<Recheck[]> {
  const models = await db.kysely
    .selectFrom('model_states')
    .innerJoin('targets', 'targets.id', 'model_states.target_id')
    .select(['target_id', 'model', 'fault'])
    .where('recheck_at', 'is not', null)
    .where((where) =>
      where.or([
        where('recheck_at', '<=', nowS),
        where('recheck_at', '>', nowS + longestRestS + clockSkewS),
      ]),
    )
    .where('in_last_run', '=', 1)
    .where('gone_at', 'is', null)
    .where('targets.enabled', '=', 1)
    .where('targets.deleted_at', 'is', null)
    .orderBy('recheck_at')
    .execute();
  const faults = await listFaultRechecks(db, nowS);
  const ofModels = models.filter(({ fault }) => fault === null || mayBeAsked(fault, nowS));
  return [
    ...faults,
    ...ofModels.map(({ fault: _, ...one }) => ({ ...one, reason: 'model' as const })),
    ...(await listKeyRechecks(db, nowS)),
  ];
}

/** One model shows whether a channel at fault is back, and a busy one is left alone for its rest. */
function mayBeAsked(text: string, nowS: number): boolean {
  const fault = parseColumn<ChannelFault>(text);
  return outageOf(fault) === null && busyUntilOf(fault, nowS) === null;
}

async function listFaultRechecks(db: Database, nowS: number): Promise<Recheck[]> {
  const targets = await db.kysely
    .selectFrom('targets')
    .select(['id', 'fault'])
    .where('fault', 'is not', null)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();
  const rechecks: Recheck[] = [];
  for (const { id: target_id, fault } of targets) {
    const outage = fault && outageOf(parseColumn<ChannelFault>(fault));
    if (!outage || isResting(outage, nowS)) continue;
    const model = await modelProvenLast(db, target_id);
    if (model !== null) rechecks.push({ target_id, model, reason: 'fault' });
  }
  return rechecks;
}

async function listKeyRechecks(db: Database, nowS: number): Promise<Recheck[]> {
  const targets = await db.kysely
    .selectFrom('targets')
    .select(['id', 'fault', 'keys', 'key_states'])
    .where('key_recheck_at', '<=', nowS)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .orderBy('key_recheck_at')
    .execute();
  const rechecks: Recheck[] = [];
  for (const row of targets) {
    if (row.fault !== null && !mayBeAsked(row.fault, nowS)) continue;
    const { id: target_id, keys, key_states } = targetCodec.fromRow(row);
    const known = channelKeysOf({ keys, key_states });
    const next = known && nextKeyRecheck(known);
    if (!next || next.at > nowS) continue;
    const model = await modelProvenLast(db, target_id);
    if (model !== null) rechecks.push({ target_id, model, reason: 'key', key: next.key });
  }
  return rechecks;
}

function isResting({ rest_until }: ChannelFault, nowS: number): boolean {
  return rest_until > nowS && rest_until <= nowS + longestRestS + clockSkewS;
}

/** The model whose proof is the newest; without any proof, one that probes can ask. */
async function modelProvenLast(db: Database, targetId: number): Promise<string | null> {
  const states = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'evidence', 'error_kind'])
    .where('target_id', '=', targetId)
    .where('in_last_run', '=', 1)
    .where('gone_at', 'is', null)
    .orderBy('model')
    .execute();
  const models = states
    .filter(({ error_kind }) => error_kind !== 'skipped')
    .map(({ model, evidence }) => ({ model, ...proofOf(parseColumn<Evidence[]>(evidence)) }))
    .filter(({ isAskable }) => isAskable)
    .sort((a, b) => b.provedAt - a.provedAt);
  return models[0]?.model ?? null;
}

function proofOf(evidence: readonly Evidence[]) {
  return {
    isAskable: evidence.every(({ state }) => state !== 'unprovable'),
    provedAt: Math.max(0, ...evidence.map(({ proved_at }) => proved_at ?? 0)),
  };
}
