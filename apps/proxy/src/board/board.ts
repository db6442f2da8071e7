import type { BoundedChannel } from '@api-monitor/bus';
import {
  type ActiveMaintenance,
  type AliasIndex,
  type BodyOverride,
  type ChannelPricing,
  createAliasIndex,
  type EffectivePrice,
  isMaintained,
  type KeyState,
  type ModelRules,
  modelKey,
  type Offer,
  type PriceDemands,
  type ProxyKey,
  parseSettings,
  type RoutedTarget,
  type SettingValues,
  settingsInForce,
  type TaggedTarget,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import type { KeyBudget } from '../budgets/budget-account.ts';

/** What the gateway needs of a target; the same object until the target changes. */
export interface BoardTarget
  extends RoutedTarget,
    TaggedTarget,
    BoundedChannel,
    Pick<Target, 'timeout_s' | 'first_token_timeout_s' | 'anthropic_version'> {
  /** With the first key. */
  upstream: UpstreamTarget;
  /** Those that may be used: at least one. */
  keys: readonly BoardTargetKey[];
  /** What the database knows about them; empty if there is only one. */
  keyStates: readonly KeyState[];
  /** Changes to the JSON bodies that it is sent. */
  bodyOverrides: readonly BodyOverride[];
  /** Whether it is asked for the usage of chat streams. */
  asksUsage: boolean;
  /** What it says about its prices. */
  pricing: ChannelPricing;
  /** By `modelKey`, under which names are compared. */
  models: ReadonlyMap<string, BoardModel>;
  /** What clients may call them here: those of `models`, unless an alias has taken one's name, and the aliases. */
  names: ReadonlyMap<string, BoardModel>;
}

/** One of a target's keys. */
export interface BoardTargetKey {
  /** Undefined if the target has only one. */
  hash: string | undefined;
  name: string;
  /** How the target is reached with it. */
  upstream: UpstreamTarget;
}

/** A target's model, as the target names it, with what the database knows about it. */
export interface BoardModel extends Offer {
  target: BoardTarget;
  /** All its names here. */
  names: readonly string[];
  /** `createBoardPrices` keeps it up to date. */
  price: EffectivePrice | null;
}

export interface BoardKey
  extends Pick<
    ProxyKey,
    'name' | 'enabled' | 'expires_at' | 'rpm_limit' | 'tpm_limit' | 'routing_policy'
  > {
  /** null: the master token, which may use everything. */
  id: number | null;
  /** Whether a person may have made it up; the keys that the monitor makes are random. */
  isGuessable: boolean;
  /** null: every target. */
  targetIds: ReadonlySet<number> | null;
  /** null: every model. */
  models: ModelRules | null;
  /** null: it has none. */
  budget: KeyBudget | null;
  /** What it demands of prices. */
  demands: PriceDemands;
}

export type Board = ReturnType<typeof createBoard>;

/** The routing table, in memory, so that no request waits for a database query. */
export function createBoard() {
  const byId = new Map<number, BoardTarget>();
  const byName = new Map<string, BoardTarget>();
  const byModel = new Map<string, BoardModel[]>();
  let aliases = createAliasIndex([]);
  let keys: ReadonlyMap<string, BoardKey> = new Map();
  let settings = settingsInForce(parseSettings(new Map()), {});
  let draining: readonly ActiveMaintenance[] = [];

  const dropTarget = (id: number): void => {
    const target = byId.get(id);
    if (!target) return;
    byId.delete(id);
    if (byName.get(target.name) === target) byName.delete(target.name);
    for (const model of target.names.keys()) {
      const rest = (byModel.get(model) ?? []).filter((one) => one.target.id !== id);
      if (rest.length > 0) byModel.set(model, rest);
      else byModel.delete(model);
    }
  };

  return {
    key: (hash: string) => keys.get(hash),
    keys: (): Iterable<BoardKey> => keys.values(),
    /** The key with this id, and its hash. `id`: null for the master token. */
    keyById: (id: number | null) => [...keys].find(([, key]) => key.id === id),
    targets: (): Iterable<BoardTarget> => byId.values(),
    targetById: (id: number) => byId.get(id),
    targetByName: (name: string) => byName.get(name),
    aliases: () => aliases,
    /** What is offered under a bare name or another of its group's, what has this very name first. */
    offering(name: string): readonly BoardModel[] {
      const [first, ...others] = aliases.namesLike(name);
      const own = byModel.get(first ?? name) ?? noOffers;
      if (others.length === 0) return own;
      return [...new Set([own, ...others.map((one) => byModel.get(one) ?? noOffers)].flat())];
    },
    /** What one target offers under a name; if it has nothing of this very name, under others of its group. */
    offersAt({ names }: BoardTarget, name: string): readonly BoardModel[] {
      const own = names.get(name);
      if (own) return [own];
      return [...new Set(aliases.namesLike(name).flatMap((one) => names.get(one) ?? []))];
    },
    putTarget(target: BoardTarget): void {
      dropTarget(target.id);
      byId.set(target.id, target);
      byName.set(target.name, target);
      for (const [model, entry] of target.names) {
        byModel.set(model, [...(byModel.get(model) ?? []), entry]);
      }
    },
    dropTarget,
    /** Those in force, read for each request. */
    settings: (): SettingValues => settings,
    replaceSettings(next: SettingValues): void {
      settings = next;
    },
    replaceDraining(next: readonly ActiveMaintenance[]): void {
      draining = next;
    },
    /** Whether a target's model is asked last because of maintenance; undefined: nothing is. */
    draining(): ((target: Pick<BoardTarget, 'id'>, id: string) => boolean) | undefined {
      if (draining.length === 0) return undefined;
      return ({ id }, model) => {
        const target = byId.get(id);
        const key = modelKey(model);
        const names = target?.models.get(key)?.names ?? [];
        return target !== undefined && isMaintained(draining, target, [key, ...names]);
      };
    },
    replaceKeys(next: ReadonlyMap<string, BoardKey>): void {
      keys = next;
    },
    replaceAliases(next: AliasIndex): void {
      aliases = next;
    },
  };
}

const noOffers: readonly BoardModel[] = [];

/** Whether the key is neither paused nor expired. */
export function isUsable({ enabled, expires_at }: BoardKey, nowS: number): boolean {
  return enabled && (expires_at === null || expires_at > nowS);
}

/** Whether the key may use a model: any of its names on the target will do. */
export function mayUse(key: BoardKey, { target, names }: BoardModel): boolean {
  if (key.targetIds && !key.targetIds.has(target.id)) return false;
  return !key.models || names.some((name) => key.models?.allows(target, name));
}

/** Whether the key may use what has this name on the target, which may be nothing yet. */
export function isAllowed(key: BoardKey, target: BoardTarget, model: string): boolean {
  const name = modelKey(model);
  const offer = target.names.get(name);
  if (offer) return mayUse(key, offer);
  if (key.targetIds && !key.targetIds.has(target.id)) return false;
  return !key.models || key.models.allows(target, name);
}

/** Whether the key may use the model that the target itself calls this, whatever aliases make of the name. */
export function mayUseId(key: BoardKey, target: BoardTarget, id: string): boolean {
  const name = modelKey(id);
  const offer = target.models.get(name);
  if (offer) return mayUse(key, offer);
  return !target.names.has(name) && isAllowed(key, target, name);
}
