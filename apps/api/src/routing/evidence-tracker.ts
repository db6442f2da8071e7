import {
  type ChannelFault,
  type Evidence,
  type EvidenceRoute,
  growingTo,
  type HeardFault,
  type KeyState,
  latestEvidence,
  latestFault,
  latestKeyState,
  latestOf,
  type MonitorEvent,
  modelKey,
  outageOf,
  type Target,
} from '@api-monitor/core';
import type { ModelStateRow } from '@api-monitor/db';
import { LRUCache } from 'lru-cache';

type FaultyTarget = Pick<Target, 'id' | 'fault'>;

export type EvidenceTracker = ReturnType<typeof createEvidenceTracker>;

/** Beyond this many the oldest are forgotten: the database has them by then. */
const modelLimit = 10_000;
const faultLimit = 5_000;
const keyLimit = 20_000;

/** Remembers what the gateways' events say about models and channels, until the database says the same. */
export function createEvidenceTracker(nowS: () => number) {
  const heardByModel = new LRUCache<string, Map<EvidenceRoute, Evidence>>(growingTo(modelLimit));
  const heardFaults = new LRUCache<number, HeardFault>(growingTo(faultLimit));
  const heardKeys = new LRUCache<string, KeyState>(growingTo(keyLimit));
  const keyOf = (targetId: number, model: string) => `${targetId}/${modelKey(model)}`;
  /** A channel that was moved, or that is back, is as its database says. */
  const forgetModels = (targetId: number, before: number) => {
    for (const [key, heard] of heardByModel.entries()) {
      const isEarlier = [...heard.values()].every(({ found_at }) => found_at < before);
      if (isEarlier && key.startsWith(`${targetId}/`)) heardByModel.delete(key);
    }
  };
  /** Its fault, which may be that it is busy for a moment. */
  const latestFaultOf = ({ id, fault }: FaultyTarget): ChannelFault | null =>
    latestFault(fault, heardFaults.peek(id) ?? null, nowS());
  return {
    /** The latest evidence for a model. */
    evidenceOf({
      target_id,
      model,
      evidence,
    }: Pick<ModelStateRow, 'target_id' | 'model' | 'evidence'>): Evidence[] {
      if (heardByModel.size === 0) return evidence;
      const heard = heardByModel.peek(keyOf(target_id, model));
      return heard ? latestEvidence(evidence, heard, nowS()) : evidence;
    },
    latestFaultOf,
    /** What keeps a whole channel from serving; null if nothing does. One that is busy for a moment serves. */
    faultOf: (target: FaultyTarget) => outageOf(latestFaultOf(target)),
    /** The latest states of a channel's keys, in their order. */
    keyStatesOf({ id, key_states }: Pick<Target, 'id' | 'key_states'>): readonly KeyState[] {
      if (heardKeys.size === 0) return key_states;
      const now = nowS();
      return key_states.map((state) =>
        latestKeyState(state, heardKeys.peek(`${id}/${state.key}`), now),
      );
    },
    take(event: MonitorEvent): void {
      if (event.type === 'evidence_changed') {
        const { target_id, model, evidence } = event.data;
        const key = keyOf(target_id, model);
        const known = heardByModel.peek(key);
        const latest = latestOf(known?.get(evidence.route), evidence, nowS()) ?? evidence;
        heardByModel.set(key, new Map(known).set(evidence.route, latest));
      } else if (event.type === 'fault_changed') {
        const { target_id, fault, at } = event.data;
        const known = heardFaults.peek(target_id);
        if (!known || known.at <= at) heardFaults.set(target_id, { fault, at });
        if (!fault && (!known || outageOf(known.fault))) forgetModels(target_id, at);
      } else if (event.type === 'target_key_changed') {
        const { target_id, state } = event.data;
        const key = `${target_id}/${state.key}`;
        heardKeys.set(key, latestKeyState(state, heardKeys.peek(key), nowS()));
      } else if (event.type === 'run_completed' && event.data.success > 0) {
        // What a run found is stored, and its answers end a fault.
        heardFaults.delete(event.data.target_id);
      }
    },
  };
}
