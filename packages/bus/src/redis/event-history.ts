import type { MonitorEvent } from '@api-monitor/core';
import type { StoredEvent } from '../event-bus.ts';
import { type EventId, formatEventId, parseEventId } from '../event-id.ts';
import type { RedisLink } from './redis-link.ts';

/** What the stream holds from an id on, and where it begins and ends. */
export interface HistorySpan {
  first: EventId | null;
  newest: EventId | null;
  /** From the given id on, itself included where it is there. */
  events: HistoryEntry[];
}

export interface HistoryEntry {
  id: EventId;
  stored: StoredEvent;
}

/** The capped stream of events, and the channel that tells of each. */
export interface EventHistory {
  /** As many are kept; older ones are dropped. */
  length: number;
  append(event: MonitorEvent): Promise<void>;
  readFrom(id: EventId): Promise<HistorySpan>;
}

// In one step, so that the channel tells of events in the order of their ids.
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

export function createEventHistory({ link, streamKey, channel, limit }: Options): EventHistory {
  // One more than can be asked for: the first entry is the horizon after which all are there. Trimmed
  // exactly, as a near enough length would leave the horizon to chance.
  const length = limit + 1;
  return {
    length,
    append: (event) =>
      link.run(async () => {
        await link.redis.eval(appendScript, 2, streamKey, channel, length, JSON.stringify(event));
      }),
    readFrom: (id) =>
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

/** Reads what the channel tells; null where it is nothing of ours. */
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

/** Guarantee: only `append` writes there, and it is given events. Null where it is no JSON. */
function readEvent(json: string): MonitorEvent | null {
  try {
    return JSON.parse(json) as MonitorEvent;
  } catch {
    return null;
  }
}
