import {
  type ChannelNames,
  createChannelNames,
  createModelRules,
  drainingNow,
  type ExpectedRequest,
  isMaintained,
  modelKey,
  noDemands,
  type PolicyInForce,
  type ProxyKey,
  policyInForce,
  priceDemandsOf,
  type Routing,
  settingsInForce,
  typicalRequest,
} from '@api-monitor/core';
import { listMaintenance, listTargets, readSettings } from '@api-monitor/db';
import { createPricer, type Pricer } from '@api-monitor/prices';
import type { ApiDeps } from '../api-deps.ts';
import { readAliases } from './read-aliases.ts';

type Deps = Pick<ApiDeps, 'db' | 'givenSettings' | 'prices'>;

/** What the gateway's routing goes by, beside evidence. */
export interface RoutingInForce
  extends PolicyInForce,
    Pick<Routing, 'areBareModelsOn' | 'isAllowed' | 'isIdAllowed' | 'isDraining' | 'demands'> {
  /** The request for which costs are estimated. */
  expected: ExpectedRequest;
  /** What costs are in. */
  currency: string;
  priceOf: Pricer;
}

/** For a key; null: for one that may use everything and has no policy of its own. */
export async function routingInForce(
  deps: Deps & Pick<ApiDeps, 'now'>,
  key: ProxyKey | null = null,
): Promise<RoutingInForce> {
  const settings = settingsInForce(await readSettings(deps.db), deps.givenSettings);
  return {
    ...policyInForce(settings, key),
    areBareModelsOn: settings.bare_models,
    isDraining: await drainingIn(deps),
    expected: { ...typicalRequest, cached: null },
    demands: key ? priceDemandsOf(key) : noDemands,
    currency: settings.currency,
    priceOf: await createPricer(deps.prices, settings),
    ...(key ? await allowedTo(deps, key) : { isAllowed: () => true, isIdAllowed: () => true }),
  };
}

/** What the gateway asks last because of maintenance; undefined: nothing. */
async function drainingIn(deps: Deps & Pick<ApiDeps, 'now'>): Promise<Routing['isDraining']> {
  const all = await listMaintenance(deps.db);
  if (all.length === 0) return undefined;
  const windows = drainingNow(all, await readAliases(deps, deps.db), deps.now());
  if (windows.length === 0) return undefined;
  const byId = new Map((await listTargets(deps.db)).map((target) => [target.id, target]));
  return ({ id }, model) => {
    const target = byId.get(id);
    if (!target) return false;
    const key = modelKey(model);
    const names = createChannelNames(target.model_aliases).namesOf(key);
    return isMaintained(windows, target, [key, ...names]);
  };
}

/** What the key may use: any of a model's names on a channel will do. */
async function allowedTo(
  deps: Deps,
  { allowed_target_ids, allowed_models }: ProxyKey,
): Promise<Pick<Routing, 'isAllowed' | 'isIdAllowed'>> {
  const targets = await listTargets(deps.db);
  const byId = new Map(targets.map((target) => [target.id, target]));
  const names = new Set(targets.map(({ name }) => name));
  const aliases = await readAliases(deps, deps.db);
  const isLimited = allowed_models.length > 0;
  const rules = isLimited
    ? createModelRules(allowed_models, aliases, (name) => names.has(name))
    : null;
  type IdOf = (names: ChannelNames, name: string) => string;
  const allowed = (idOf: IdOf): Routing['isAllowed'] => {
    return ({ id }, model) => {
      if (allowed_target_ids.length > 0 && !allowed_target_ids.includes(id)) return false;
      const target = byId.get(id);
      if (!rules || !target) return rules === null;
      const names = createChannelNames(target.model_aliases);
      return names.namesOf(idOf(names, modelKey(model))).some((name) => rules.allows(target, name));
    };
  };
  return {
    isAllowed: allowed((names, name) => names.idOf(name)),
    isIdAllowed: allowed((_names, id) => id),
  };
}
