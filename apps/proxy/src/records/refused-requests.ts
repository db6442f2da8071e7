import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import {
  noUsage,
  type ProxyRequest,
  quote,
  type RecordedRoute,
  type RefusedFor,
  recordedUsage,
} from '@api-monitor/core';
import { type Logger, requestAddressOf } from '@api-monitor/runtime';
import type { BoardKey } from '../board/board.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { type Arrival, secondsTo } from './arrival.ts';
import { errorLimit, type RecordSink } from './record-sink.ts';

interface Options {
  records: Pick<RecordSink, 'add'>;
  metrics: Pick<GatewayMetrics, 'requestRefused'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  trustedProxies: BlockList;
  nowS: () => number;
}

/** A request that was refused before it had a key and a route. */
export interface RefusedRequest {
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;
  arrival: Arrival;
  refusedFor: RefusedFor;
  route: RecordedRoute;
  status: number;
  message: string;
  /** A key that is paused or has expired. */
  key?: BoardKey | undefined;
}

/** How many of each kind a minute are logged and recorded, so that a flood fills neither disk nor database. */
const notedLimit = 10;

const levels: Record<RefusedFor, 'info' | 'warn'> = {
  ...{ unknown_path: 'info', wrong_method: 'info', websocket: 'info', malformed: 'info' },
  ...{ no_key: 'info', unknown_key: 'warn', inactive_key: 'warn', blocked: 'warn', loop: 'warn' },
  budget: 'info',
};

export type RefusedRequests = ReturnType<typeof createRefusedRequests>;

/** Counts every refused request, and logs and records the first ones of each minute. */
export function createRefusedRequests(options: Options) {
  const { records, metrics, logger, trustedProxies, nowS } = options;
  let minute = 0;
  let seen = new Map<RefusedFor, number>();

  const endMinute = (): void => {
    const current = Math.floor(nowS() / 60);
    if (current === minute) return;
    minute = current;
    logLeftOut();
  };
  const logLeftOut = (): void => {
    const left = [...seen].filter(([, count]) => count > notedLimit);
    seen = new Map();
    if (left.length === 0) return;
    const leftOut = Object.fromEntries(left.map(([name, count]) => [name, count - notedLimit]));
    logger.warn({ left_out: leftOut }, 'more requests were refused within the minute');
  };

  return {
    note({ request, arrival, refusedFor, route, status, message, key }: RefusedRequest) {
      metrics.requestRefused(refusedFor);
      endMinute();
      const count = (seen.get(refusedFor) ?? 0) + 1;
      seen.set(refusedFor, count);
      if (count > notedLimit) return;
      const path = shownPath(request.url);
      const method = quote(request.method ?? '', 20);
      const address = requestAddressOf(request, trustedProxies);
      logger[levels[refusedFor]](
        { request_id: arrival.requestId, reason: refusedFor, status, method, path, address },
        'request refused',
      );
      const error = `${method} ${path}: ${message}`;
      records.add(
        refusedRecord({
          ...{ arrival, refused_for: refusedFor, route, status, error, key: key ?? null },
          client_address: address,
        }),
      );
    },
    /** Logs how many were left out, once their minute is over; is called periodically. */
    endMinute,
    close: logLeftOut,
  };
}

const pathLimit = 200;
/** What begins like a provider's key, or one of ours: some clients put theirs into the path. */
const keyLike = /(?<![a-z\d])(?:sk|rk|pk|gsk|xai|key|AIza|ghp|hf)[-_]?[\w-]{16,}/gi;

/** The path of a URL without its query, and without what may be a key. */
export function shownPath(url = '/'): string {
  const [path = ''] = url.split(/[?#]/, 1);
  return quote(path.slice(0, 8 * pathLimit).replaceAll(keyLike, '…'), pathLimit);
}

interface RefusedParts {
  arrival: Arrival;
  refused_for: RefusedFor;
  route: RecordedRoute;
  status: number;
  error: string;
  client_address: string;
  /** A key that is paused or has expired. */
  key: Pick<BoardKey, 'id' | 'name'> | null;
}

/** The record of a request that was refused. */
function refusedRecord(parts: RefusedParts): ProxyRequest {
  const { arrival, refused_for, route, status, error, key, client_address } = parts;
  return {
    ...{ request_id: arrival.requestId, timestamp: arrival.timestamp, refused_for, route, status },
    ...{ key_id: key?.id ?? null, key_name: key?.name ?? '', target_id: null, target_name: null },
    ...{ requested_model: '', model: null, stream: false, attempts: [], first_byte_s: null },
    duration_s: secondsTo(arrival, performance.now()),
    ...recordedUsage(noUsage),
    ...{ counted_tokens: null, cost: 0, price: null },
    ...{ request_bytes: 0, response_bytes: 0, error_kind: null, error: quote(error, errorLimit) },
    client_address,
  };
}
