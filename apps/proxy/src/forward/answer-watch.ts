import type { Endpoint } from '../request/match-route.ts';
import { headerOf } from './answer-headers.ts';
import { createEventGate, type Gate } from './event-gate.ts';
import { createKeyGate } from './key-gate.ts';
import { type EndWatch, openEndWatch } from './open-end-watch.ts';
import { createUsageReader, type UsageReader } from './read-usage.ts';
import { watchStreamEnd } from './stream-end.ts';

/** What looks at an answer as it passes, without changing a byte that its client may have. */
export interface AnswerWatch {
  isEventStream: boolean;
  /** Whether an error may follow what the client has had: it can in a stream that anyone can read. */
  canTellError: boolean;
  usage: UsageReader;
  /** Null where nothing tells the end but the connection. */
  end: EndWatch | null;
  /** Null where all passes as it comes. */
  gate: Gate | null;
}

/** Chosen by what the answer's head says; `apiKey` is the channel's, and must not reach the client. */
export function watchAnswer(
  status: number,
  headers: readonly string[],
  { endpoint, apiKey }: { endpoint: Endpoint; apiKey: string },
): AnswerWatch {
  const isEventStream = headerOf(headers, 'content-type')?.includes('event-stream') ?? false;
  const encoding = headerOf(headers, 'content-encoding');
  const isPlain = encoding === undefined || encoding === 'identity';
  const endOf = isEventStream && status < 300 ? watchStreamEnd(endpoint) : null;
  const canTellError = isEventStream && isPlain;
  let gate: Gate | null = null;
  if (status >= 400 && isPlain) gate = createKeyGate(apiKey);
  else if (canTellError) gate = createEventGate();
  return {
    isEventStream,
    canTellError,
    usage: createUsageReader(encoding),
    end: endOf && openEndWatch(endOf, encoding),
    gate,
  };
}
