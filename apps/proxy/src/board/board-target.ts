import {
  createChannelNames,
  createChannelPricing,
  modelKey,
  parseBodyOverride,
  probePlanOf,
} from '@api-monitor/core';
import type { StoredTarget } from '../gateway-store.ts';
import type { BoardModel, BoardTarget } from './board.ts';

/** A target as it is stored, as the board needs it. */
export function boardTargetOf({ target, states, upstream, keys }: StoredTarget): BoardTarget {
  const { id, name, tags, enabled, sort_order, interval_min } = target;
  const { weight, priority, paths, max_concurrency, min_gap_ms } = target;
  const { timeout_s, first_token_timeout_s, anthropic_version } = target;
  const channelNames = createChannelNames(target.model_aliases);
  const models = new Map<string, BoardModel>();
  const names = new Map<string, BoardModel>();
  const boardTarget: BoardTarget = {
    ...{ id, name, tags, enabled, sort_order, interval_min, weight, priority, paths },
    ...{ timeout_s, first_token_timeout_s, anthropic_version },
    ...{ max_concurrency, min_gap_ms },
    bodyOverrides: target.body_overrides.map(parseBodyOverride),
    ...{ pricing: createChannelPricing(target), asksUsage: target.ask_usage },
    ...{ upstream, models, names, keyStates: target.key_states },
    keys: keys.map(({ hash, name: keyName, apiKey }) => ({
      ...{ hash, name: keyName },
      upstream: hash === undefined ? upstream : { ...upstream, apiKey },
    })),
  };
  for (const { model, evidence, gone_at } of states) {
    if (gone_at !== null) continue;
    const plan = probePlanOf(model, target.dont_probe);
    const key = modelKey(model);
    const known = { model, names: channelNames.namesOf(key), plan, evidence, fault: target.fault };
    const offer = { target: boardTarget, ...known, price: null };
    models.set(key, offer);
    for (const one of offer.names) names.set(one, offer);
  }
  return boardTarget;
}
