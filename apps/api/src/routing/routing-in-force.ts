import {
  createChannelNames,
  createModelRules,
  modelKey,
  type PolicyInForce,
  type ProxyKey,
  policyInForce,
  type Routing,
  settingsInForce,
} from '@api-monitor/core';
import { listTargets, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { readAliases } from './read-aliases.ts';

type Deps = Pick<ApiDeps, 'db' | 'givenSettings'>;

/** What the gateway's routing goes by, beside evidence. */
export interface RoutingInForce extends PolicyInForce {
  areBareModelsOn: boolean;
  isAllowed: Routing['isAllowed'];
}

/** For a key; null: for one that may use everything and has no policy of its own. */
export async function routingInForce(
  deps: Deps,
  key: ProxyKey | null = null,
): Promise<RoutingInForce> {
  const settings = settingsInForce(await readSettings(deps.db), deps.givenSettings);
  return {
    ...policyInForce(settings, key),
    areBareModelsOn: settings.bare_models,
    isAllowed: key ? await allowedTo(deps, key) : () => true,
  };
}

/** What the key may use: any of a model's names on a channel will do. */
async function allowedTo(
  deps: Deps,
  { allowed_target_ids, allowed_models }: ProxyKey,
): Promise<Routing['isAllowed']> {
  const targets = await listTargets(deps.db);
  const byId = new Map(targets.map((target) => [target.id, target]));
  const names = new Set(targets.map(({ name }) => name));
  const aliases = await readAliases(deps, deps.db);
  const isLimited = allowed_models.length > 0;
  const rules = isLimited
    ? createModelRules(allowed_models, aliases, (name) => names.has(name))
    : null;
  return ({ id }, model) => {
    if (allowed_target_ids.length > 0 && !allowed_target_ids.includes(id)) return false;
    const target = byId.get(id);
    if (!rules || !target) return rules === null;
    const channelNames = createChannelNames(target.model_aliases);
    const own = channelNames.namesOf(modelKey(model));
    // It may itself be an alias, where a request names its channel.
    const meant = own.length > 0 ? own : channelNames.namesOf(channelNames.idOf(modelKey(model)));
    return meant.some((name) => rules.allows(target, name));
  };
}
