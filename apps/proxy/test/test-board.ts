import {
  createChannelPricing,
  type EffectivePrice,
  type Evidence,
  type EvidenceRoute,
  type Finding,
  noDemands,
  noEvidence,
  type ProbePlanKind,
  plainTransport,
  targetDefaults,
} from '@api-monitor/core';
import {
  type BoardKey,
  type BoardModel,
  type BoardTarget,
  createBoard,
} from '../src/board/board.ts';

interface GivenModel {
  evidence?: Evidence[];
  plan?: ProbePlanKind;
  price?: EffectivePrice | null;
}

/** For tests: a channel's models, each with the evidence on its routes. */
export interface GivenTarget extends Partial<Omit<BoardTarget, 'models' | 'names'>> {
  id: number;
  models?: Record<string, GivenModel>;
  fault?: BoardModel['fault'];
}

/** For tests: a key that may use everything. */
export const unlimitedKey: BoardKey = {
  ...{ id: 1, name: 'k', isGuessable: false, enabled: true, expires_at: null },
  ...{ targetIds: null, models: null, rpm_limit: null, tpm_limit: null },
  ...{ routing_policy: null, budget: null, demands: noDemands },
};

/** For tests: evidence that is proven unless it says otherwise. */
export function entry(route: EvidenceRoute, at: number, more: Partial<Evidence> = {}): Evidence {
  return { ...noEvidence(route, at), state: 'proven', proved_at: at, proved_by: 'probe', ...more };
}

/** For tests: a failure in traffic unless it says otherwise. */
export function finding(at: number, more: Partial<Finding> = {}): Finding {
  return {
    ...{ outcome: 'failure', kind: 'upstream', scope: 'model', message: 'HTTP 500: broken' },
    ...{ route: 'chat', by: 'traffic', began_at: at, at },
    ...{ first_token_s: null, is_wrong_answer: null, retry_after_s: null },
    ...more,
  };
}

export function targetOf({ models = {}, fault = null, ...given }: GivenTarget): BoardTarget {
  const offers = new Map<string, BoardModel>();
  const apiKey = given.upstream?.apiKey ?? 'sk-upstream';
  const place = { id: given.id, baseUrl: 'http://x', ...plainTransport };
  const upstream = { ...place, ...given.upstream, apiKey };
  const target: BoardTarget = {
    ...{ name: `t${given.id}`, enabled: true, sort_order: given.id, interval_min: 30 },
    ...{ weight: 1, priority: 0, paths: [], bodyOverrides: [], asksUsage: false },
    pricing: createChannelPricing({ ...targetDefaults, base_url: 'http://x' }),
    ...{ max_concurrency: 0, min_gap_ms: 0 },
    ...{ timeout_s: 30, first_token_timeout_s: 0, anthropic_version: '2023-06-01' },
    ...{ upstream, keys: [{ hash: undefined, name: '', upstream }], keyStates: [] },
    ...{ tags: [], models: offers, names: offers },
    ...given,
  };
  for (const [model, { evidence = [], plan = 'probed', price = null }] of Object.entries(models)) {
    offers.set(model, { target, model, names: [model], plan, evidence, fault, price });
  }
  return target;
}

/** For tests: a board with these channels, tried in their order. */
export function boardOf(...targets: GivenTarget[]) {
  const board = createBoard();
  board.replaceSettings({ ...board.settings(), routing_policy: 'priority' });
  for (const target of targets) board.putTarget(targetOf(target));
  return board;
}
