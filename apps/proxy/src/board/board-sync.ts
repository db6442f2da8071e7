import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { EventBus } from '@api-monitor/bus';
import {
  type AliasIndex,
  budgetLimitsOf,
  createAliasIndex,
  createModelRules,
  isGuessable,
  noDemands,
  priceDemandsOf,
} from '@api-monitor/core';
import { hashProxyKey } from '@api-monitor/db';
import type { Logger, OutageWatch } from '@api-monitor/runtime';
import type { GatewayStore } from '../gateway-store.ts';
import type { Board, BoardKey, BoardTarget } from './board.ts';
import { type BoardPrices, createBoardPrices } from './board-prices.ts';
import { boardTargetOf } from './board-target.ts';

interface Options {
  store: GatewayStore;
  board: Board;
  logger: Logger;
  events: EventBus;
  watch: OutageWatch;
  /** Called for each target that was reloaded; null if it is gone or must not be used. */
  onTarget: (targetId: number, target: BoardTarget | null, before: BoardTarget | undefined) => void;
  /** Called when a key has changed. */
  onKeys: () => Promise<void>;
  periodMs: number;
  nowS: () => number;
}

/** Events that say that the board may be out of date. */
const changes = [
  'target_updated',
  'run_completed',
  'proxy_keys_changed',
  'settings_changed',
  'alerts_changed',
];

/**
 * Keeps the board up to date. Every row carries a revision, and reading all revisions is cheap: done
 * once a second, it finds what changed even if an event was lost. An event only makes it happen sooner.
 */
export function createBoardSync(options: Options) {
  const { events, watch, nowS } = options;
  const prices = createBoardPrices(options);
  const syncKeys = createKeySync(options);
  const syncTargets = createTargetSync(options, prices);
  let syncedAt = 0;
  let running: Promise<void> | null = null;
  let isAskedAgain = false;

  const readAll = async () => {
    do {
      isAskedAgain = false;
      // Keys don't wait for targets: a revoked key must stop working within a second.
      const parts = [syncKeys(), syncTargets()];
      for (const result of await Promise.allSettled(parts)) {
        if (result.status === 'rejected') throw result.reason;
      }
      await prices.follow();
      syncedAt = nowS();
    } while (isAskedAgain);
  };
  const sync = (): Promise<void> => {
    isAskedAgain = running !== null;
    running ??= readAll().finally(() => {
      running = null;
    });
    return running;
  };
  const syncQuietly = () => void watch(sync());

  const timer = setInterval(syncQuietly, options.periodMs);
  timer.unref();
  // Another thread's events arrive one by one, and SQLite is read before the next one is delivered: a
  // burst shares one read only if the read waits until the end of this event-loop turn.
  let soon: NodeJS.Immediate | null = null;
  const syncSoon = () => {
    soon ??= setImmediate(() => {
      soon = null;
      syncQuietly();
    });
  };
  const unsubscribe = events.subscribe(({ event }) => {
    if (changes.includes(event.type)) syncSoon();
  });
  const stopWatchingLoss = events.onLoss(syncSoon);
  return {
    /** Reads what has changed since the last time; concurrent calls share one read. */
    sync,
    /** Seconds since the board was last known to be up to date. */
    ageS: () => nowS() - syncedAt,
    close() {
      clearInterval(timer);
      if (soon) clearImmediate(soon);
      unsubscribe();
      stopWatchingLoss();
    },
  };
}

/**
 * Reads the settings, and the keys if one of them, the master token or a group of names (which have no
 * revision) has changed.
 */
function createKeySync({ store, board, onKeys }: Options): () => Promise<void> {
  let known: string | null = null;
  return async () => {
    const settings = await store.settings();
    const { model_aliases } = settings;
    board.replaceSettings(settings);
    board.replaceDraining(await store.draining());
    const masterToken = await store.masterToken();
    const masterHash = masterToken ? hashProxyKey(masterToken) : null;
    const revisions = await store.keyRevisions();
    const keyStates = revisions.map(({ id, revision }) => `${id}:${revision}`);
    const state = [masterHash, ...keyStates, ...model_aliases].join('\n');
    if (state === known) return;
    const aliases = createAliasIndex(model_aliases);
    const stored = await store.keys();
    const keys = new Map(stored.map((key) => [key.key_hash, boardKeyOf(key, aliases, board)]));
    board.replaceAliases(aliases);
    if (masterToken && masterHash) keys.set(masterHash, masterKeyOf(masterToken));
    board.replaceKeys(keys);
    known = state;
    await onKeys();
  };
}

type GatewayKey = Awaited<ReturnType<GatewayStore['keys']>>[number];

function boardKeyOf(
  { allowed_target_ids, allowed_models, ...key }: GatewayKey,
  aliases: AliasIndex,
  board: Board,
): BoardKey {
  const { id, name, enabled, expires_at, rpm_limit, tpm_limit, routing_policy } = key;
  const { revision, budget_time_zone: zone } = key;
  const limits = budgetLimitsOf(key);
  const budget = limits.length > 0 ? { limits, zone, revision } : null;
  const targetIds = allowed_target_ids.length > 0 ? new Set(allowed_target_ids) : null;
  const isTargetName = (target: string) => board.targetByName(target) !== undefined;
  const isLimited = allowed_models.length > 0;
  const models = isLimited ? createModelRules(allowed_models, aliases, isTargetName) : null;
  const shared = { id, name, enabled, expires_at, rpm_limit, tpm_limit, routing_policy };
  const demands = priceDemandsOf(key);
  return { ...shared, budget, isGuessable: false, targetIds, models, demands };
}

function masterKeyOf(token: string): BoardKey {
  return {
    ...{ id: null, name: 'master', enabled: true, expires_at: null },
    ...{ rpm_limit: null, tpm_limit: null, targetIds: null, models: null },
    ...{ routing_policy: null, budget: null, demands: noDemands },
    isGuessable: isGuessable(token),
  };
}

/** How long requests may wait while targets are read: SQLite answers without yielding. */
const sliceMs = 10;

/** Reads the targets whose revision has changed, and drops those that are gone. */
function createTargetSync(options: Options, prices: BoardPrices): () => Promise<void> {
  const { store, board, onTarget } = options;
  const known = new Map<number, number>();
  const put = (id: number, target: BoardTarget | null) => {
    const before = board.targetById(id);
    if (target) board.putTarget(target);
    else board.dropTarget(id);
    onTarget(id, target, before);
  };
  return async () => {
    const revisions = await store.targetRevisions();
    let endsAt = performance.now() + sliceMs;
    for (const { id, revision } of revisions) {
      if (known.get(id) === revision) continue;
      if (performance.now() >= endsAt) {
        await yieldToEventLoop();
        endsAt = performance.now() + sliceMs;
      }
      const target = await readTarget(options, id);
      if (target) await prices.price(target);
      put(id, target);
      known.set(id, revision);
    }
    const present = new Set(revisions.map(({ id }) => id));
    for (const id of [...known.keys()].filter((knownId) => !present.has(knownId))) {
      known.delete(id);
      put(id, null);
    }
  };
}

/** null if it is gone or can't be read: one bad row must not stop the others. */
async function readTarget({ store, logger }: Options, id: number): Promise<BoardTarget | null> {
  const stored = await store.target(id);
  if (stored && 'fault' in stored) {
    logger.error({ fault: stored.fault, target_id: id }, 'channel left out of the board');
    return null;
  }
  return stored && boardTargetOf(stored);
}
