import { randomBytes, randomUUID } from 'node:crypto';
import { createChannelSlots, type GatewayBus } from '@api-monitor/bus';
import { viaMarkOf } from '@api-monitor/core';
import { createSecretBox } from '@api-monitor/db';
import {
  type BadRequestHandler,
  createOutageWatch,
  type Logger,
  type Registry,
} from '@api-monitor/runtime';
import { createUpstream } from '@api-monitor/upstream';
import { createAffinity } from './board/affinity.ts';
import { type Board, createBoard } from './board/board.ts';
import { createBoardSync } from './board/board-sync.ts';
import { createKeyLimits, type KeyLimits } from './board/key-limits.ts';
import { createLiveEvidence } from './board/live-evidence.ts';
import { createStateIssuers } from './board/state-issuers.ts';
import { createTargetKeys } from './board/target-keys.ts';
import { createKeyBudgets } from './budgets/key-budgets.ts';
import { withCors } from './cors.ts';
import {
  createBadRequestHandler,
  createGatewayHandler,
  type GatewayHandler,
} from './create-gateway-handler.ts';
import type { gatewayOptionsOf } from './env.ts';
import { createHeaderNames } from './forward/header-names.ts';
import { keepAliveMs } from './forward/keep-alive.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { GatewayStore } from './gateway-store.ts';
import { loadObjectOwners } from './objects/object-owners.ts';
import { createRecordSink } from './records/record-sink.ts';
import { createRefusedRequests } from './records/refused-requests.ts';
import { newRequestId } from './records/request-id.ts';
import { BodyBudget } from './request/body/read-request-body.ts';
import { createGuessGuard } from './request/guess-guard.ts';
import { createResolver } from './request/resolve-candidates.ts';
import { createWebSockets, type WebSockets } from './websocket/create-web-sockets.ts';

/** How often the gateway does what it does by the clock, in milliseconds. */
const usualPeriods = {
  /** Reads what has changed, even if no event says so. */
  board: 1000,
  /** Publishes what traffic showed about one model, channel or key. */
  evidence: 100,
  /** Queues the records of requests. */
  records: 250,
  /** Shares what keys have used. */
  limits: 250,
};

export interface GatewayOptions extends ReturnType<typeof gatewayOptionsOf> {
  store: GatewayStore;
  bus: GatewayBus;
  logger: Logger;
  metrics: Registry;
  /** Unix seconds. */
  nowS: () => number;
  keepAliveMs?: number;
  periods?: Partial<typeof usualPeriods>;
}

export interface Gateway {
  handle: GatewayHandler;
  refuse: BadRequestHandler;
  upgrades: WebSockets;
  /** Queues the last records and closes every connection to a target. */
  close(): Promise<void>;
}

/** Builds the gateway on its store and a bus and loads its board. The caller closes it. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { store, bus, logger, nowS, trustedProxies } = options;
  const periods = { ...usualPeriods, ...options.periods };
  const board = createBoard();
  const instanceId = await store.instanceId();
  const via = viaMarkOf(instanceId);
  const upstream = createUpstream({ allowPrivate: options.allowPrivate, via });
  const live = createLiveEvidence({
    board,
    nowS,
    publish: (event) => void bus.events.publish(event),
    publishPeriodMs: periods.evidence,
  });
  const issuers = createStateIssuers({
    nowS,
    publish: (event) => void bus.events.publish(event),
  });
  const objects = await loadObjectOwners({
    store,
    publish: (event) => void bus.events.publish(event),
  });
  const stopHearing = bus.events.subscribe(({ event }) => {
    live.hear(event);
    issuers.hear(event);
    objects.hear(event);
  });
  const targetKeys = createTargetKeys(live);
  const keyBudgets = createKeyBudgets({ nowS, sums: bus.sums, readUse: store.keyUse });
  const boardSync = createBoardSync({
    ...options,
    board,
    onKeys: () => keyBudgets.follow(board.keys()),
    events: bus.events,
    onTarget(id, target, before) {
      live.settle(id, target, before);
      if (target) return;
      upstream.forget(id);
      targetKeys.forget(id);
    },
    watch: createOutageWatch({
      logger,
      lost: 'the board could not be read',
      back: 'the board is read again',
    }),
    periodMs: periods.board,
  });
  await boardSync.sync();
  const metrics = createGatewayMetrics(options.metrics, { live, boardAgeS: boardSync.ageS });
  const records = createRecordSink({
    queue: bus.proxyRequests,
    newBatchId: randomUUID,
    onDropped: metrics.recordsDropped,
    watch: createOutageWatch({
      logger,
      lost: 'records could not be queued',
      back: 'records are queued again',
    }),
    periodMs: periods.records,
  });
  const stopWatchingLoss = bus.events.onLoss(() => records.queueAgain());
  const refused = createRefusedRequests({ records, metrics, logger, trustedProxies, nowS });
  const affinity = createAffinity(nowS);
  const keyLimits = createKeyLimits(nowS, bus.sums);
  await resumeLimits({ store, board, keyLimits, nowS });
  const periodic = setInterval(() => {
    // If sharing fails, each gateway uses its own counts; the bus logs the error.
    keyLimits.share().catch(() => {});
    keyBudgets.tick();
    refused.endMinute();
  }, periods.limits);
  periodic.unref();
  const slots = createChannelSlots({
    slots: bus.slots,
    processName: randomUUID(),
    nowMs: () => performance.now(),
  });
  const makeRequestId = () => newRequestId(nowS() * 1000);
  const deps: GatewayDeps = {
    keepAliveMs,
    ...options,
    instanceId,
    board,
    live,
    affinity,
    targetKeys,
    issuers,
    objects,
    secretBox: createSecretBox({ key: Buffer.from(await store.uploadKey()), randomBytes }),
    keyLimits,
    keyBudgets,
    slots,
    guessGuard: createGuessGuard({
      sums: bus.sums,
      trustedProxies,
      nowS,
    }),
    bodyBudget: new BodyBudget(options.bodiesLimitBytes),
    resolve: createResolver({ ...options, board, live, affinity, issuers, random: Math.random }),
    dispatch: upstream.dispatch,
    open: upstream.open,
    headerNames: createHeaderNames(),
    records,
    refused,
    metrics,
    newRequestId: makeRequestId,
  };
  const webSockets = createWebSockets(deps, options.corsOrigins);
  metrics.watchWebSockets(webSockets.size);
  return {
    handle: withCors(options.corsOrigins, createGatewayHandler(deps)),
    refuse: createBadRequestHandler({ nowS, newRequestId: makeRequestId, refused }),
    upgrades: webSockets,
    async close() {
      slots.close();
      await webSockets.close();
      clearInterval(periodic);
      stopWatchingLoss();
      stopHearing();
      issuers.close();
      objects.close();
      boardSync.close();
      refused.close();
      // What was used last holds for the gateway that takes over.
      await keyLimits.share().catch(() => {});
      await keyBudgets.close();
      await records.close();
      await upstream.close();
    },
  };
}

interface Resumed {
  store: Pick<GatewayStore, 'countedRequests'>;
  board: Board;
  keyLimits: KeyLimits;
  nowS: () => number;
}

/** A restart within a minute must not give every key its limit again. */
async function resumeLimits({ store, board, keyLimits, nowS }: Resumed): Promise<void> {
  const counted = await store.countedRequests(Math.floor(nowS() / 60) * 60);
  // Without the shared sums, what the records say applies.
  await keyLimits.resume(board.keys(), counted).catch(() => {});
}
