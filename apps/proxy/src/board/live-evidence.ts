import {
  answeredAt,
  beginTrial,
  type ChannelKeys,
  type Evidence,
  type EvidenceRoute,
  type Finding,
  type HeardFault,
  hasKeyMoved,
  isKeyUsable,
  isProbedRoute,
  type KeyState,
  latestEvidence,
  latestFault,
  latestKeyState,
  latestOf,
  type MonitorEvent,
  modelKey,
  nextKnowledge,
  type Rest,
  restOf,
} from '@api-monitor/core';
import type { Board, BoardKey, BoardModel, BoardTarget, BoardTargetKey } from './board.ts';
import { createKeyFaults } from './key-faults.ts';

interface Options {
  board: Pick<Board, 'targetById' | 'targets'>;
  nowS: () => number;
  publish: (event: MonitorEvent) => void;
  /** A dying channel fails hundreds of requests at once, so changes within this time go out together. */
  publishPeriodMs: number;
}

/** What traffic showed about a target, here or at another gateway, since the database was read. */
interface LiveTarget {
  fault: HeardFault | null;
  /** By `modelKey`, then by route. */
  models: Map<string, Map<EvidenceRoute, Evidence>>;
  /** The states of the target's keys, by their hashes. */
  keys: Map<string, KeyState>;
}

function newLiveTarget(): LiveTarget {
  return { fault: null, models: new Map(), keys: new Map() };
}

/** Whether a request may be sent: as the one trial after a rest, or as any other. */
export type Start = 'free' | 'trial' | 'resting';

export type LiveEvidence = ReturnType<typeof createLiveEvidence>;

/**
 * Keeps what traffic has shown until the database knows it too. `board` must have the same targets at all
 * times: what is known of others is dropped.
 */
export function createLiveEvidence({ board, nowS, publish, publishPeriodMs }: Options) {
  const byTarget = new Map<number, LiveTarget>();
  /** The trials that requests of this gateway make. */
  const ownTrials = new Set<string>();
  const keyFaults = createKeyFaults();
  const publishSoon = createThrottle(publish, publishPeriodMs);

  const liveOf = (targetId: number, model: string) =>
    byTarget.get(targetId)?.models.get(modelKey(model));

  const knownOf = (offer: BoardModel): BoardModel => {
    const live = byTarget.get(offer.target.id);
    const heard = live?.models.get(modelKey(offer.model));
    if (!heard && !live?.fault) return offer;
    const now = nowS();
    const fault = latestFault(offer.fault, live?.fault ?? null, now);
    return {
      ...offer,
      fault,
      evidence: heard ? latestEvidence(offer.evidence, heard, now) : offer.evidence,
    };
  };

  const put = (targetId: number, model: string, entry: Evidence) => {
    const live = byTarget.get(targetId) ?? newLiveTarget();
    byTarget.set(targetId, live);
    const byRoute = live.models.get(modelKey(model)) ?? new Map();
    live.models.set(modelKey(model), byRoute.set(entry.route, entry));
  };
  const putFault = (targetId: number, fault: HeardFault) => {
    const live = byTarget.get(targetId) ?? newLiveTarget();
    live.fault = fault;
    byTarget.set(targetId, live);
  };
  const putKey = (targetId: number, state: KeyState) => {
    const live = byTarget.get(targetId) ?? newLiveTarget();
    live.keys.set(state.key, state);
    byTarget.set(targetId, live);
  };
  const latestKey = ({ id }: BoardTarget, stored: KeyState) =>
    latestKeyState(stored, byTarget.get(id)?.keys.get(stored.key), nowS());
  const keyStateOf = (target: BoardTarget, { hash }: BoardTargetKey) => {
    const stored = hash && target.keyStates.find(({ key }) => key === hash);
    return stored ? latestKey(target, stored) : undefined;
  };
  const keysOf = (target: BoardTarget): ChannelKeys | undefined => {
    if (target.keyStates.length === 0) return undefined;
    const enabled = target.keys.flatMap(({ hash }) => hash ?? []);
    return { enabled, states: target.keyStates.map((state) => latestKey(target, state)) };
  };

  const publishEvidence = (targetId: number, model: string, { route }: Evidence) =>
    publishSoon(trialKey(targetId, model, route), () => {
      const evidence = liveOf(targetId, model)?.get(route);
      return (
        evidence && { type: 'evidence_changed', data: { target_id: targetId, model, evidence } }
      );
    });
  const publishFault = (targetId: number) =>
    publishSoon(`${targetId}`, () => {
      const fault = byTarget.get(targetId)?.fault;
      return fault && { type: 'fault_changed', data: { target_id: targetId, ...fault } };
    });

  const publishKey = (targetId: number, key: string) =>
    publishSoon(`${targetId} ${key}`, () => {
      const state = byTarget.get(targetId)?.keys.get(key);
      return state && { type: 'target_key_changed', data: { target_id: targetId, state } };
    });

  const entryOn = ({ target, model }: BoardModel, route: EvidenceRoute): Evidence | undefined => {
    const offer = board.targetById(target.id)?.models.get(modelKey(model));
    const stored = offer?.evidence.find((entry) => entry.route === route);
    return offer && latestOf(stored, liveOf(target.id, model)?.get(route), nowS());
  };

  /** How far a key may send requests on a route. */
  const restFor = (offer: BoardModel, entry: Evidence | undefined, keyId: BoardKey['id']): Rest => {
    const now = nowS();
    const rest = entry ? restOf(entry, now) : 'none';
    if (rest !== 'half_open' || !entry) return rest;
    const isProbed = offer.plan === 'probed' && isProbedRoute(entry.route);
    const place = placeOf(offer.target.id, offer.model);
    const isLast = isProbed && keyFaults.isLast(place, keyId, entry.rest_until ?? 0, now);
    return isLast ? 'resting' : rest;
  };

  const endTrial = (offer: BoardModel, route: EvidenceRoute) => {
    const { target, model } = offer;
    if (!ownTrials.delete(trialKey(target.id, model, route))) return;
    const entry = entryOn(offer, route);
    if (!entry || entry.trial_at === null) return;
    put(target.id, model, { ...entry, trial_at: null });
    publishEvidence(target.id, model, entry);
  };

  const hearEvidence = (target_id: number, model: string, evidence: Evidence) => {
    if (!board.targetById(target_id)?.models.has(modelKey(model))) return;
    const known = liveOf(target_id, model)?.get(evidence.route);
    // Our own event may come back after its trial began.
    const isOwn = ownTrials.has(trialKey(target_id, model, evidence.route));
    if (isOwn && known && evidence.found_at <= known.found_at) return;
    const latest = latestOf(known, evidence, nowS());
    if (latest) put(target_id, model, latest);
  };

  return {
    /** An offer with the latest that is known about it. */
    of: knownOf,

    /** Whether nothing may be sent now; call it for requests that were resolved a while ago. */
    isResting(offer: BoardModel, route: EvidenceRoute, keyId: BoardKey['id']): boolean {
      return restFor(offer, entryOn(offer, route), keyId) === 'resting';
    },

    /** Call right before each request. After a `trial`, call `endTrial`, whatever happened. */
    begin(offer: BoardModel, route: EvidenceRoute, keyId: BoardKey['id']): Start {
      const entry = entryOn(offer, route);
      const rest = restFor(offer, entry, keyId);
      if (!entry || rest === 'none') return 'free';
      if (rest === 'resting') return 'resting';
      const { target, model } = offer;
      put(target.id, model, beginTrial(entry, nowS()));
      ownTrials.add(trialKey(target.id, model, route));
      publishEvidence(target.id, model, entry);
      return 'trial';
    },
    /** Frees a trial that its finding didn't end. */
    endTrial,

    /** Takes what an answer to a key's request showed; returns what of it counts. */
    take({ target: { id }, model }: BoardModel, finding: Finding, keyId: BoardKey['id']): Finding {
      const target = board.targetById(id);
      const offer = target?.models.get(modelKey(model));
      if (!target || !offer || finding.outcome === 'none') return finding;
      if (!keyFaults.counts(placeOf(id, model), finding, keyId)) {
        return { ...finding, outcome: 'none', kind: null };
      }
      const before = { ...knownOf(offer), keys: keysOf(target) };
      const after = nextKnowledge(before, finding, { model, intervalS: target.interval_min * 60 });
      for (const entry of after.evidence) {
        const known = before.evidence.find(({ route }) => route === entry.route);
        if (entry === known) continue;
        put(id, model, entry);
        if (hasMoved(known, entry)) publishEvidence(id, model, entry);
      }
      for (const [at, state] of (after.keys?.states ?? []).entries()) {
        const known = before.keys?.states[at];
        if (state === known) continue;
        putKey(id, state);
        if (hasKeyMoved(known, state)) publishKey(id, state.key);
      }
      if (after.fault !== before.fault) {
        putFault(id, { fault: after.fault, at: finding.at });
        publishFault(id);
      }
      return finding;
    },

    /** Takes what another gateway, or the worker, has found. */
    hear(event: MonitorEvent): void {
      if (event.type === 'evidence_changed') {
        const { target_id, model, evidence } = event.data;
        hearEvidence(target_id, model, evidence);
      } else if (event.type === 'fault_changed') {
        const { target_id, fault, at } = event.data;
        const known = byTarget.get(target_id)?.fault;
        if (board.targetById(target_id) && (!known || known.at <= at)) {
          putFault(target_id, { fault, at });
        }
      } else if (event.type === 'target_key_changed') {
        const { target_id, state } = event.data;
        const known = byTarget.get(target_id)?.keys.get(state.key);
        if (board.targetById(target_id)) {
          putKey(target_id, known ? latestKeyState(known, state, nowS()) : state);
        }
      }
    },

    /**
     * Call when the board has read a target again, null if it is gone: what the database has caught up
     * with is forgotten, and everything if the target has another address or key.
     */
    settle(id: number, target: BoardTarget | null, before: BoardTarget | undefined): void {
      for (const { model, evidence } of target?.models.values() ?? []) {
        const probedAt = probedAtOf(evidence);
        if (probedAt !== null) keyFaults.probed(placeOf(id, model), probedAt);
      }
      const live = byTarget.get(id);
      if (!live) return;
      if (!target || (before && !isSameChannel(before, target))) {
        byTarget.delete(id);
        return;
      }
      for (const [name, heard] of live.models) {
        const stored = target.models.get(name)?.evidence;
        for (const [route, entry] of stored ? heard : []) {
          const known = stored?.find((one) => one.route === route);
          const isKnown = known && known.found_at >= entry.found_at && entry.trial_at === null;
          if (isKnown) heard.delete(route);
        }
        if (!stored || heard.size === 0) live.models.delete(name);
      }
      const offers = [...target.models.values()];
      const storedFault = offers[0]?.fault ?? null;
      const answered_at = Math.max(0, ...offers.map(({ evidence }) => answeredAt(evidence)));
      const isOver = latestFault(storedFault, live.fault, nowS()) === storedFault;
      const heard = live.fault?.fault;
      if (isOver || (heard && answered_at > heard.found_at)) live.fault = null;
      for (const [key, state] of live.keys) {
        const stored = target.keyStates.find((one) => one.key === key);
        if (!stored || latestKeyState(stored, state, nowS()) === stored) live.keys.delete(key);
      }
      if (live.models.size === 0 && live.keys.size === 0 && !live.fault) byTarget.delete(id);
    },

    /** Whether requests may use a key of a target. */
    isKeyUsable: (target: BoardTarget, key: BoardTargetKey): boolean =>
      isKeyUsable(keyStateOf(target, key), nowS()),

    /** Until when a key that fails or had too many requests rests; 0 if it doesn't. */
    keyRestsUntil: (target: BoardTarget, key: BoardTargetKey): number =>
      keyStateOf(target, key)?.fault?.rest_until ?? 0,

    /** Why a key of a target isn't usable; null if it may be used. */
    keyFaultOf(target: BoardTarget, key: BoardTargetKey): KeyState['fault'] {
      const state = keyStateOf(target, key);
      return isKeyUsable(state, nowS()) ? null : (state?.fault ?? null);
    },

    /** How many routes of models that may be asked rest after failures. */
    restingCount(): number {
      const offers = [...board.targets()].flatMap(({ models }) => [...models.values()]);
      const entries = offers.flatMap((offer) => knownOf(offer).evidence);
      return entries.filter(({ state, failures }) => state !== 'failed' && failures > 0).length;
    },
  };
}

function placeOf(targetId: number, model: string): string {
  return `${targetId}/${modelKey(model)}`;
}

/** When a probe last found that a model works; null if clients have been served since. */
function probedAtOf(evidence: readonly Evidence[]): number | null {
  const probed = evidence.filter(({ proved_by }) => proved_by === 'probe');
  return probed.length === 0 ? null : Math.max(...probed.map(({ proved_at }) => proved_at ?? 0));
}

function trialKey(targetId: number, model: string, route: EvidenceRoute): string {
  return `${targetId}/${route}/${modelKey(model)}`;
}

/** Whether other gateways must know at once; that a proof is younger, they learn from the database. */
function hasMoved(before: Evidence | undefined, after: Evidence): boolean {
  const { state, failures, rest_until, trial_at } = after;
  return (
    before?.state !== state ||
    before.failures !== failures ||
    before.rest_until !== rest_until ||
    before.trial_at !== trial_at
  );
}

/** Nothing that was found with another address, or only with other keys, holds any more. */
function isSameChannel(before: BoardTarget, now: BoardTarget): boolean {
  const keysNow = new Set(now.keys.map(({ upstream }) => upstream.apiKey));
  const sharesKey = before.keys.some(({ upstream }) => keysNow.has(upstream.apiKey));
  return before.upstream.baseUrl === now.upstream.baseUrl && sharesKey;
}

/** Publishes at once what wasn't published within the last period; otherwise the latest at its end. */
function createThrottle(publish: (event: MonitorEvent) => void, periodMs: number) {
  /** What was published within the last period, and whether it has changed since. */
  const recent = new Map<string, boolean>();
  const publishSoon = (key: string, read: () => MonitorEvent | null | undefined) => {
    if (recent.has(key)) {
      recent.set(key, true);
      return;
    }
    const event = read();
    if (!event) return;
    publish(event);
    recent.set(key, false);
    setTimeout(() => {
      const hasChanged = recent.get(key);
      recent.delete(key);
      if (hasChanged) publishSoon(key, read);
    }, periodMs).unref();
  };
  return publishSoon;
}
