import {
  AppError,
  type AskedModel,
  createAliasIndex,
  drainingNow,
  type GivenSettings,
  settingsInForce,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import {
  type Database,
  findGatewayObjects,
  type KeyUseAsk,
  listCountedRequests,
  listGatewayKeys,
  listMaintenance,
  listModelStates,
  listNewestObjects,
  listObjectHolders,
  listProxyKeyRevisions,
  listTargetRevisions,
  listTargetsByIds,
  type ModelStateRow,
  readInstanceId,
  readKeyUse,
  readSettings,
  type UpstreamKey,
  upstreamTargetOf,
  usableKeysOf,
} from '@api-monitor/db';
import { createPriceSource, type PriceSource } from '@api-monitor/prices';

interface Options {
  db: Database;
  /** The master token in force. */
  readMasterToken: () => Promise<string | null>;
  /** What the environment says about settings. */
  givenSettings?: GivenSettings;
  /** The price table, which a process loads once. */
  prices?: PriceSource;
  /** Unix seconds. */
  nowS: () => number;
}

export interface StoredTarget {
  target: Target;
  states: ModelStateRow[];
  /** With its secrets in the clear. */
  upstream: UpstreamTarget;
  /** The keys that may be used. */
  keys: UpstreamKey[];
}

export type GatewayStore = ReturnType<typeof createGatewayStore>;

/**
 * All that a gateway asks the database. A gateway with a thread of its own has no database there, which
 * would cost memory and let it wait for SQLite, but calls these over a port: what they take and return is
 * cloned.
 */
export function createGatewayStore({
  db,
  readMasterToken,
  givenSettings = {},
  prices = createPriceSource(db),
  nowS,
}: Options) {
  return {
    instanceId: () => readInstanceId(db, nowS()),
    masterToken: readMasterToken,
    settings: async () => settingsInForce(await readSettings(db), givenSettings),
    /** The maintenance that goes on in which channels are asked last. */
    draining: async () => {
      const all = (await listMaintenance(db)).filter(({ drains }) => drains);
      if (all.length === 0) return [];
      const { model_aliases } = settingsInForce(await readSettings(db), givenSettings);
      return drainingNow(all, createAliasIndex(model_aliases), nowS());
    },
    keys: () => listGatewayKeys(db),
    keyRevisions: () => listProxyKeyRevisions(db),
    targetRevisions: () => listTargetRevisions(db),
    target: (id: number) => readTarget(db, id),
    /** Of the price table: under another one, list prices may differ. */
    priceRevision: () => prices.revision(),
    /** What these models cost at their providers, in the same order. */
    async listPrices(asked: readonly AskedModel[]) {
      const table = await prices.table();
      return asked.map((model) => table.find(model));
    },
    /** What keys have used since then, in Unix seconds. */
    countedRequests: (sinceS: number) => listCountedRequests(db, sinceS),
    keyUse: (asks: readonly KeyUseAsk[]) => readKeyUse(db, asks),
    newestObjects: (limit: number) => listNewestObjects(db, { limit, nowS: nowS() }),
    objects: (hashes: readonly string[]) => findGatewayObjects(db, hashes),
    objectHolders: (asked: Parameters<typeof listObjectHolders>[1]) => listObjectHolders(db, asked),
    /** Seals the addresses of uploads. */
    uploadKey: async (): Promise<Uint8Array> => db.secretBox.derive('gateway.upload'),
  };
}

/** null if it is gone; `fault` if it can't be read or its key can't be opened. */
async function readTarget(
  db: Database,
  id: number,
): Promise<StoredTarget | { fault: string } | null> {
  try {
    const [target] = await listTargetsByIds(db, [id]);
    if (!target) return null;
    const states = await listModelStates(db, { target_ids: [id], with_history: false });
    return {
      target,
      states,
      upstream: upstreamTargetOf(db, target),
      keys: usableKeysOf(db, target),
    };
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof SyntaxError)) throw error;
    return { fault: error.message };
  }
}
