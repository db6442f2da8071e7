import { type GatewayRecord, type ObjectChange, quote } from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import type { Forwarded } from '../forward/forward-request.ts';
import type { Endpoint } from '../request/match-route.ts';

/** When a request arrived, and its id. */
export interface Arrival {
  requestId: string;
  /** Unix seconds. */
  timestamp: number;
  /** By the clock of `performance.now()`. */
  startedAtMs: number;
}

interface Parts {
  arrival: Arrival;
  key: BoardKey;
  endpoint: Endpoint;
  requestedModel: string;
  requestBytes: number;
  /** What the client got. */
  status: number;
  forwarded: Forwarded | null;
  error: string | null;
  /** What it made or deleted. */
  objects?: ObjectChange[];
}

const modelLimit = 512;
const errorLimit = 500;

/** The one record of a request: what was asked, who answered, how long it took; never any content. */
export function requestRecord(parts: Parts): GatewayRecord {
  const { arrival, key, endpoint, forwarded } = parts;
  const error = parts.error ?? forwarded?.attempts.at(-1)?.error ?? null;
  const pipe = forwarded?.pipe ?? null;
  const entry = forwarded?.entry ?? null;
  const firstByteAtMs = pipe?.firstByteAtMs ?? null;
  const usage = pipe?.usage;
  const secondsTo = (atMs: number) => Math.round(atMs - arrival.startedAtMs) / 1000;
  return {
    request_id: arrival.requestId,
    timestamp: arrival.timestamp,
    key_id: key.id,
    key_name: key.name,
    target_id: entry?.target.id ?? null,
    target_name: entry?.target.name ?? null,
    requested_model: quote(parts.requestedModel, modelLimit),
    model: entry?.model || null,
    route: endpoint.route,
    stream: pipe?.isEventStream ?? false,
    status: parts.status,
    attempts: forwarded?.attempts ?? [],
    first_byte_s: firstByteAtMs === null ? null : secondsTo(firstByteAtMs),
    duration_s: secondsTo(performance.now()),
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    request_bytes: parts.requestBytes,
    response_bytes: pipe?.responseBytes ?? 0,
    error_kind: forwarded?.attempts.at(-1)?.error_kind ?? null,
    error: error === null ? null : quote(error, errorLimit),
    ...(parts.objects?.length ? { objects: parts.objects } : {}),
  };
}
