import { type ProxyRequest, quote, type RecordedRoute, type RefusedFor } from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import { type Arrival, secondsTo } from './arrival.ts';

const errorLimit = 500;

/** What the gateway refused before it had a key and a route. */
interface RefusedParts {
  arrival: Arrival;
  refused_for: RefusedFor;
  route: RecordedRoute;
  status: number;
  error: string;
  /** A key that is paused or has expired. */
  key: Pick<BoardKey, 'id' | 'name'> | null;
}

/** The record of a request that was refused. */
export function refusedRecord(parts: RefusedParts): ProxyRequest {
  const { arrival, refused_for, route, status, error, key } = parts;
  return {
    ...{ request_id: arrival.requestId, timestamp: arrival.timestamp, refused_for, route, status },
    ...{ key_id: key?.id ?? null, key_name: key?.name ?? '', target_id: null, target_name: null },
    ...{ requested_model: '', model: null, stream: false, attempts: [], first_byte_s: null },
    duration_s: secondsTo(arrival, performance.now()),
    ...{ input_tokens: null, output_tokens: null, cached_input_tokens: null },
    ...{ cache_write_tokens: null, reasoning_tokens: null, counted_tokens: null },
    ...{ request_bytes: 0, response_bytes: 0, error_kind: null, error: quote(error, errorLimit) },
  };
}
