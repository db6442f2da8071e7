import { headerOf } from '@api-monitor/upstream';
import type { Endpoint } from '../request/match-route.ts';
import { createEventGate, type Gate } from './event-gate.ts';
import { createUsageReader, type UsageReader } from './read-usage.ts';
import { type StreamEndWatch, watchStreamEnd } from './stream-end.ts';

/** What looks at an answer as it passes, without changing a byte that its client may have. */
export interface AnswerWatch {
  /** An error may follow what the client has had. */
  isEventStream: boolean;
  usage: UsageReader;
  /** Null if nothing but the connection tells the end. */
  end: StreamEndWatch | null;
  /** Null if all passes as it comes. */
  gate: Gate | null;
}

/** Chosen by what the answer's head says. */
export function watchAnswer(
  status: number,
  headers: readonly string[],
  endpoint: Endpoint,
): AnswerWatch {
  const isEventStream = headerOf(headers, 'content-type')?.includes('event-stream') ?? false;
  return {
    isEventStream,
    usage: createUsageReader(),
    end: isEventStream && status < 300 ? watchStreamEnd(endpoint) : null,
    gate: isEventStream ? createEventGate() : null,
  };
}
