import {
  type GatewayRecord,
  noUsage,
  type ObjectChange,
  type ProxyAttempt,
  type ProxyRequest,
  priceRequest,
  quote,
  type RefusedFor,
  recordedUsage,
} from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import type { AnswerPipe } from '../forward/answer-pipe.ts';
import type { Forwarded } from '../forward/forwarding.ts';
import type { Endpoint } from '../request/match-route.ts';
import { type Arrival, secondsTo } from './arrival.ts';
import { errorLimit } from './record-sink.ts';
import { tokensToCount, usedTokens } from './tokens-to-count.ts';

/** What a record says of how a request was forwarded. */
interface ForwardedPart extends Pick<Forwarded, 'entry' | 'attempts' | 'status'> {
  pipe: Pick<
    AnswerPipe,
    'firstByteAtMs' | 'usage' | 'estimatedTokens' | 'isEventStream' | 'responseBytes'
  > | null;
}

interface Parts {
  arrival: Arrival;
  key: BoardKey;
  endpoint: Endpoint;
  requestedModel: string;
  requestBytes: number;
  /** What the client got. */
  status: number;
  forwarded: ForwardedPart | null;
  error: string | null;
  /** What it made or deleted. */
  objects?: ObjectChange[];
  /** The estimated tokens of its input; null if it doesn't count in its key's limits. */
  estimatedInput: number | null;
  refusedFor?: RefusedFor | null;
}

function attemptsOf({ forwarded, endpoint: { object } }: Parts): ProxyAttempt[] {
  const attempts = forwarded?.attempts ?? [];
  return object ? attempts.map((one) => ({ ...one, object_action: object.action })) : attempts;
}

const modelLimit = 512;

/** The one record of a request: what was asked, who answered, how long it took; never any content. */
export function requestRecord(parts: Parts): GatewayRecord {
  const { arrival, key, endpoint, forwarded } = parts;
  const error = parts.error ?? forwarded?.attempts.at(-1)?.error ?? null;
  const pipe = forwarded?.pipe ?? null;
  const entry = forwarded?.entry ?? null;
  const firstByteAtMs = pipe?.firstByteAtMs ?? null;
  // What hasn't reached the client is in the attempts.
  const usage = (forwarded?.status ? pipe?.usage : null) ?? noUsage;
  const record: ProxyRequest = {
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
    attempts: attemptsOf(parts),
    first_byte_s: firstByteAtMs === null ? null : secondsTo(arrival, firstByteAtMs),
    duration_s: secondsTo(arrival, performance.now()),
    ...recordedUsage(usage),
    ...{ cost: null, price: null, counted_tokens: null },
    request_bytes: parts.requestBytes,
    response_bytes: pipe?.responseBytes ?? 0,
    error_kind: forwarded?.attempts.at(-1)?.error_kind ?? null,
    error: error === null ? null : quote(error, errorLimit),
    refused_for: parts.refusedFor ?? null,
    client_address: null,
  };
  const { estimatedInput, objects = [] } = parts;
  if (estimatedInput !== null) {
    const estimated = { input: estimatedInput, output: pipe?.estimatedTokens ?? 0 };
    const used = usedTokens(record, usage, estimated);
    record.counted_tokens = tokensToCount(record, used, estimated);
    Object.assign(record, recordedUsage(used));
  }
  Object.assign(record, priceRequest(record, entry?.price ?? null));
  return objects.length > 0 ? { ...record, objects } : record;
}
