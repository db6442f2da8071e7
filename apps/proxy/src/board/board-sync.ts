import type { EventBus } from '@api-monitor/bus';
import { AppError, type Target } from '@api-monitor/core';
import {
  type Database,
  listGatewayKeys,
  listModelStates,
  listProxyKeyRevisions,
  listTargetRevisions,
  listTargetsByIds,
  type ModelStateRow,
  openApiKey,
} from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';
import { hashKey } from '../request/credentials.ts';
import { type Board, type BoardKey, type BoardTarget, boardTargetOf } from './board.ts';

export interface BoardSync {
  /** Reads what has changed since the last time; several calls at once share one reading. */
  sync(): Promise<void>;
  /** Seconds since the board was last known to be true. */
  ageS(): number;
  close(): void;
}

interface Options {
  db: Database;
  events: EventBus;
  board: Board;
  logger: Logger;
  /** The master token in force; read again with the keys. */
  readMasterToken: () => Promise<string | null>;
  /** Told of channels that changed or went, so that their connections go too. */
  onTargetGone: (targetId: number) => void;
  periodMs: number;
  nowS: () => number;
}

/** Events that say that the board may be out of date. */
const changes = ['target_updated', 'run_completed', 'proxy_keys_changed', 'settings_changed'];

/**
 * Keeps the board true. Every row carries a revision: a cheap reading of all revisions once a second
 * finds what changed even where an event was lost, and events only make it come sooner.
 */
export function createBoardSync(options: Options): BoardSync {
  const { events, logger, nowS } = options;
  const known = { targets: new Map<number, number>(), keys: '' };
  let syncedAt = 0;
  let underWay: Promise<void> | null = null;
  let isAskedAgain = false;

  const sync = (): Promise<void> => {
    if (underWay) {
      isAskedAgain = true;
      return underWay;
    }
    underWay = readAll().finally(() => {
      underWay = null;
    });
    return underWay;
  };
  const readAll = async () => {
    do {
      isAskedAgain = false;
      await syncTargets(options, known.targets);
      known.keys = await syncKeys(options, known.keys);
      syncedAt = nowS();
    } while (isAskedAgain);
  };
  const syncQuietly = () => {
    sync().catch((err) => logger.error({ err }, 'the board could not be read'));
  };

  const timer = setInterval(syncQuietly, options.periodMs);
  timer.unref();
  const unsubscribe = events.subscribe(({ event }) => {
    // Settings have no revision of their own: the next reading takes the keys anew.
    if (event.type === 'settings_changed') known.keys = '';
    if (changes.includes(event.type)) syncQuietly();
  });
  return {
    sync,
    ageS: () => nowS() - syncedAt,
    close() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

async function syncTargets(options: Options, known: Map<number, number>): Promise<void> {
  const revisions = await listTargetRevisions(options.db);
  const changed = revisions.filter(({ id, revision }) => known.get(id) !== revision);
  if (changed.length > 0)
    await readTargets(
      options,
      changed.map(({ id }) => id),
    );
  for (const { id, revision } of changed) known.set(id, revision);
  const present = new Set(revisions.map(({ id }) => id));
  for (const id of [...known.keys()].filter((knownId) => !present.has(knownId))) {
    known.delete(id);
    options.board.dropTarget(id);
    options.onTargetGone(id);
  }
}

async function readTargets(options: Options, ids: number[]): Promise<void> {
  const targets = await listTargetsByIds(options.db, ids);
  const states = await listModelStates(options.db, { target_ids: ids, with_history: false });
  const statesByTarget = Map.groupBy(states, (state) => state.target_id);
  for (const target of targets) {
    const entry = entryOf(options, target, statesByTarget.get(target.id) ?? []);
    if (entry) options.board.putTarget(entry);
    else options.board.dropTarget(target.id);
  }
}

function entryOf(
  { db, logger }: Options,
  target: Target,
  states: readonly ModelStateRow[],
): BoardTarget | null {
  try {
    const { id, name, enabled, base_url, verify_ssl } = target;
    const apiKey = openApiKey(db, target);
    const fields = {
      id,
      name,
      enabled,
      sortOrder: target.sort_order,
      intervalMin: target.interval_min,
      timeoutS: target.timeout_s,
      anthropicVersion: target.anthropic_version,
      channel: { id, baseUrl: base_url, apiKey, verifySsl: verify_ssl },
    };
    return boardTargetOf(fields, states);
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    // Its key cannot be opened: nothing is ever sent there.
    logger.error({ err, target_id: target.id }, 'channel left out of the board');
    return null;
  }
}

/** Returns what the keys' revisions say now; reads the keys where that is new. */
async function syncKeys({ db, board, readMasterToken }: Options, known: string): Promise<string> {
  const revisions = (await listProxyKeyRevisions(db))
    .map(({ id, revision }) => `${id}:${revision}`)
    .join();
  if (`=${revisions}` === known) return known;
  const keys = new Map<string, BoardKey>();
  for (const key of await listGatewayKeys(db)) {
    keys.set(key.key_hash, {
      id: key.id,
      name: key.name,
      enabled: key.enabled,
      expiresAt: key.expires_at,
      rpm_limit: key.rpm_limit,
      tpm_limit: key.tpm_limit,
      targetIds: key.allowed_target_ids.length > 0 ? new Set(key.allowed_target_ids) : null,
      models: key.allowed_models.length > 0 ? new Set(key.allowed_models) : null,
    });
  }
  const masterToken = await readMasterToken();
  if (masterToken) keys.set(hashKey(masterToken), masterKey);
  board.replaceKeys(keys);
  return `=${revisions}`;
}

const masterKey: BoardKey = {
  id: null,
  name: 'master',
  enabled: true,
  expiresAt: null,
  rpm_limit: null,
  tpm_limit: null,
  targetIds: null,
  models: null,
};
