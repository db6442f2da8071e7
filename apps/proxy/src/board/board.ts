import {
  modelKey,
  type Offer,
  type ProxyKey,
  type RoutedTarget,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';

/** What the gateway needs of a target; the same object until the target changes. */
export interface BoardTarget
  extends RoutedTarget,
    Pick<Target, 'timeout_s' | 'first_token_timeout_s' | 'anthropic_version'> {
  upstream: UpstreamTarget;
  /** By `modelKey`, under which names are compared. */
  models: ReadonlyMap<string, BoardModel>;
}

/** A target's model, as the target names it, with what the database knows about it. */
export interface BoardModel extends Offer {
  target: BoardTarget;
}

export interface BoardKey
  extends Pick<ProxyKey, 'name' | 'enabled' | 'expires_at' | 'rpm_limit' | 'tpm_limit'> {
  /** null: the master token, which may use everything. */
  id: number | null;
  /** Whether a person may have made it up; the keys that the monitor makes are random. */
  isGuessable: boolean;
  /** null: every target. */
  targetIds: ReadonlySet<number> | null;
  /** null: every model; else "channel/model", with or without Google's prefix. */
  models: ReadonlySet<string> | null;
}

export type Board = ReturnType<typeof createBoard>;

/** The routing table, in memory, so that no request waits for a database query. */
export function createBoard() {
  const byId = new Map<number, BoardTarget>();
  const byName = new Map<string, BoardTarget>();
  const byModel = new Map<string, BoardModel[]>();
  let keys: ReadonlyMap<string, BoardKey> = new Map();

  const dropTarget = (id: number): void => {
    const target = byId.get(id);
    if (!target) return;
    byId.delete(id);
    if (byName.get(target.name) === target) byName.delete(target.name);
    for (const model of target.models.keys()) {
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
    /** The targets that offer a model by its bare name. */
    offering: (model: string): readonly BoardModel[] => byModel.get(model) ?? [],
    putTarget(target: BoardTarget): void {
      dropTarget(target.id);
      byId.set(target.id, target);
      byName.set(target.name, target);
      for (const [model, entry] of target.models) {
        byModel.set(model, [...(byModel.get(model) ?? []), entry]);
      }
    },
    dropTarget,
    replaceKeys(next: ReadonlyMap<string, BoardKey>): void {
      keys = next;
    },
  };
}

/** Whether the key is neither paused nor expired. */
export function isUsable({ enabled, expires_at }: BoardKey, nowS: number): boolean {
  return enabled && (expires_at === null || expires_at > nowS);
}

/** Whether the key may use this target's model. */
export function isAllowed(key: BoardKey, target: RoutedTarget, model: string): boolean {
  if (key.targetIds && !key.targetIds.has(target.id)) return false;
  if (!key.models) return true;
  const name = modelKey(model);
  return (
    key.models.has(`${target.name}/${name}`) || key.models.has(`${target.name}/models/${name}`)
  );
}
