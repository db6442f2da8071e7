import type { MonitorEvent } from '@api-monitor/core';
import type { StoredEvent } from '../bus.ts';
import { type EventId, formatEventId, parseEventId } from '../event-id.ts';
import type { RedisLink } from './redis-link.ts';

export interface HistoryEntry {
  id: EventId;
  stored: StoredEvent;
}

/** The events in the stream from an id on, including that id, and the stream's first and last id. */
export interface HistorySpan {
  first: EventId | null;
  newest: EventId | null;
  events: HistoryEntry[];
}

export type EventHistory = ReturnType<typeof createEventHistory>;

// One step, so that the channel announces events in the order of their ids.
const appendScript = `
local id = redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', 'event', ARGV[2])
redis.call('PUBLISH', KEYS[2], id .. ' ' .. ARGV[2])
return id`;

interface Options {
  link: RedisLink;
  streamKey: string;
  channel: string;
  limit: number;
}

/** The newest events in a Redis stream, each of which is also announced on a channel. */
export function createEventHistory({ link, streamKey, channel, limit }: Options) {
  // One more than can be asked for: everything after the first entry is there. Trimmed exactly,
  // because with an approximate length the first entry would be random.
  const length = limit + 1;
  return {
    /** How many events are kept. */
    length,
    append: (event: MonitorEvent) =>
      link.run(() =>
        link.redis.eval(appendScript, 2, streamKey, channel, length, JSON.stringify(event)),
      ),
    readFrom: (id: EventId): Promise<HistorySpan> =>
      link.run(async () => {
        const replies = await link.redis
          .multi()
          .xrange(streamKey, '-', '+', 'COUNT', 1)
          .xrevrange(streamKey, '+', '-', 'COUNT', 1)
          .xrange(streamKey, formatEventId(id), '+')
          .exec();
        const [first = [], newest = [], events = []] = (replies ?? []).map(entriesOf);
        return { first: first[0]?.id ?? null, newest: newest[0]?.id ?? null, events };
      }),
  };
}

/** Reads a message of the channel; null if it isn't one of ours. */
export function readMessage(message: string): HistoryEntry | null {
  const space = message.indexOf(' ');
  return readEntry(message.slice(0, space), message.slice(space + 1));
}

function entriesOf([error, reply]: [Error | null, unknown]): HistoryEntry[] {
  if (error) throw error;
  if (!Array.isArray(reply)) return [];
  return reply.flatMap(([id, [, json]]: [string, string[]]) => readEntry(id, json ?? '') ?? []);
}

function readEntry(idText: string, json: string): HistoryEntry | null {
  const id = parseEventId(idText);
  const event = readEvent(json);
  return id && event && { id, stored: { id: idText, event } };
}

/** Guarantee: only `append` writes there, and only events. Null if it isn't JSON. */
function readEvent(json: string): MonitorEvent | null {
  try {
    return JSON.parse(json) as MonitorEvent;
  } catch {
    return null;
  }
}
