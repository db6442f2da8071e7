import { randomUUID } from 'node:crypto';
import type { BlockList } from 'node:net';
import type { GatewayBus } from '@api-monitor/bus';
import { type RoutingPolicy, viaMarkOf } from '@api-monitor/core';
import { type Database, readInstanceId } from '@api-monitor/db';
import {
  createOutageWatch,
  type HttpRefuser,
  type Logger,
  type Registry,
} from '@api-monitor/runtime';
import { type AllowPrivate, createUpstream } from '@api-monitor/upstream';
import { createAffinity } from './board/affinity.ts';
import { type BoardTarget, createBoard } from './board/board.ts';
import { createBoardSync } from './board/board-sync.ts';
import { createBreakers } from './board/breakers.ts';
import { createKeyLimits } from './board/key-limits.ts';
import { createKeySync } from './board/sync-keys.ts';
import { createTargetSync } from './board/sync-targets.ts';
import { type CorsOrigins, withCors } from './cors.ts';
import { createGatewayHandler, type GatewayHandler } from './create-gateway-handler.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createRecordSink } from './records/record-sink.ts';
import { newRequestId } from './records/request-id.ts';
import { createRefuser } from './refuse-request.ts';
import { createBodyBudget } from './request/body-budget.ts';
import { createGuessGuard } from './request/guess-guard.ts';
import { createResolver } from './request/resolve-candidates.ts';

export interface GatewayOptions {
  db: Database;
  bus: GatewayBus;
  logger: Logger;
  metrics: Registry;
  allowPrivate: AllowPrivate;
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
  bodyLimitBytes: number;
  /** For all bodies that are held at once. */
  bodiesLimitBytes: number;
  idleTimeoutMs: number;
  attemptLimit: number;
  /** Whose pages may call it from a browser; none: nobody's. */
  corsOrigins: CorsOrigins;
  /** Whose `X-Forwarded-For` counts. */
  trustedProxies: BlockList;
  readMasterToken: () => Promise<string | null>;
  /** Unix seconds. */
  nowS: () => number;
}

export interface Gateway {
  handle: GatewayHandler;
  refuse: HttpRefuser;
  /** Hands over the last records and ends every connection to a channel. */
  close(): Promise<void>;
}

const boardPeriodMs = 1000;
const recordPeriodMs = 250;
const limitsPeriodMs = 500;

/** Builds the gateway over an open database and a bus, its board read; whoever builds it closes it. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { bus, logger, nowS } = options;
  const quietly = (work: Promise<unknown>, what: string) => {
    work.catch((err) => logger.error({ err }, what));
  };
  const board = createBoard();
  const instanceId = await readInstanceId(options.db, nowS());
  const via = viaMarkOf(instanceId);
  const upstream = createUpstream({ allowPrivate: options.allowPrivate, via });
  const breakers = createBreakers({
    nowS,
    publish: (data) => void bus.events.publish({ type: 'breaker_changed', data }),
    requestProbe: (target_id, model) =>
      quietly(
        bus.modelProbes.add(`${target_id}/${model}`, { target_id, model }),
        'probe not asked for',
      ),
  });
  const onTarget = (id: number, target: BoardTarget | null) => {
    breakers.settle(id, target);
    if (!target) upstream.forget(id);
  };
  const boardSync = createBoardSync({
    ...options,
    events: bus.events,
    keys: createKeySync({ ...options, board }),
    targets: createTargetSync({ ...options, board, onTarget }),
    watch: createOutageWatch({
      logger,
      lost: 'the board could not be read',
      back: 'the board is read again',
    }),
    periodMs: boardPeriodMs,
  });
  await boardSync.sync();
  const metrics = createGatewayMetrics(options.metrics, { breakers, boardAgeS: boardSync.ageS });
  const records = createRecordSink({
    queue: bus.proxyRequests,
    newBatchId: randomUUID,
    onDropped: metrics.recordsDropped,
    watch: createOutageWatch({
      logger,
      lost: 'records could not be handed over',
      back: 'records are handed over again',
    }),
    periodMs: recordPeriodMs,
  });
  const stopHearing = bus.events.onLoss(() => records.handOverAgain());
  const affinity = createAffinity(nowS);
  const keyLimits = createKeyLimits(nowS, bus.sums);
  // Where it fails each goes on by itself, and the bus tells of its own faults.
  const sharing = setInterval(() => keyLimits.share().catch(() => {}), limitsPeriodMs);
  sharing.unref();
  const guessGuard = createGuessGuard({
    ...options,
    sums: bus.sums,
    onBlocked: () => metrics.requestRefused('blocked'),
  });
  const makeRequestId = () => newRequestId(nowS() * 1000);
  const handle = createGatewayHandler({
    ...options,
    instanceId,
    board,
    breakers,
    affinity,
    keyLimits,
    guessGuard,
    bodyBudget: createBodyBudget(options.bodiesLimitBytes),
    resolve: createResolver({ ...options, board, breakers, affinity, random: Math.random }),
    dispatch: upstream.dispatch,
    records,
    metrics,
    newRequestId: makeRequestId,
  });
  return {
    handle: withCors(options.corsOrigins, handle),
    refuse: createRefuser(makeRequestId),
    async close() {
      clearInterval(sharing);
      stopHearing();
      boardSync.close();
      await records.close();
      await upstream.close();
    },
  };
}
