import { createParser } from 'eventsource-parser';
import type { Product } from '../start-product.ts';
import { every, rest } from './every.ts';
import type { Tally } from './tally.ts';

const longestStayMs = 45_000;
const neverReadMs = 180_000;

/**
 * Clients of the event stream until `signal` aborts: one that stays, one that never reads, and
 * others that come and go, some of them with the id of the last event that they saw.
 */
export async function listenToEvents(
  product: Product,
  tally: Tally,
  briefClients: number,
  signal: AbortSignal,
): Promise<void> {
  const stays = every(1000, signal, (round) => {
    if (round > 0) tally.fault('event stream', 'the client that stays was cut off');
    return listen(product, {
      signal,
      lastEventId: null,
      onEvent: (name) => tally.count(`stayed, ${name}`),
    });
  });
  const comeAndGo = Array.from({ length: briefClients }, (_, client) =>
    visit(product, tally, client, signal),
  );
  await Promise.all([stays, neverRead(product, tally, signal), ...comeAndGo]);
}

async function visit(product: Product, tally: Tally, client: number, signal: AbortSignal) {
  let lastEventId: string | null = null;
  await every(1000, signal, async (round) => {
    const stay = AbortSignal.timeout(3000 + ((client * 7000 + round * 11_000) % longestStayMs));
    const comesBack = (client + round) % 2 === 0;
    tally.count('event streams opened');
    lastEventId = await listen(product, {
      signal: AbortSignal.any([signal, stay]),
      lastEventId: comesBack ? lastEventId : null,
      onEvent: (name) => {
        tally.count('events');
        tally.count(`events, ${name}`);
      },
    });
    if (!signal.aborted && !stay.aborted) tally.fault('event stream', 'a brief client was cut off');
  });
}

interface Listening {
  signal: AbortSignal;
  lastEventId: string | null;
  onEvent(name: string): void;
}

/** Listens until the signal aborts or the stream ends; returns the id of the last event. */
async function listen(product: Product, { signal, lastEventId, onEvent }: Listening) {
  let last = lastEventId;
  const parser = createParser({
    onEvent({ id, event }) {
      last = id ?? last;
      if (event !== undefined) onEvent(event);
    },
  });
  try {
    const stream = await openStream(product, signal, lastEventId);
    for await (const text of stream.pipeThrough(new TextDecoderStream())) parser.feed(text);
  } catch {
    // The signal has aborted, or the stream broke: the caller asks the signal.
  }
  return last;
}

async function openStream(product: Product, signal: AbortSignal, lastEventId: string | null) {
  const headers: Record<string, string> = lastEventId ? { 'last-event-id': lastEventId } : {};
  const response = await product.stream('/api/events', { headers, signal });
  if (!response.ok || !response.body) throw new Error(`event stream: HTTP ${response.status}`);
  return response.body;
}

/** The monitor must drop this client rather than buffer what it doesn't read. */
async function neverRead(product: Product, tally: Tally, signal: AbortSignal): Promise<void> {
  await every(neverReadMs, signal, async () => {
    const stream = await openStream(product, signal, null).catch(() => null);
    if (!stream && !signal.aborted) tally.fault('event stream', 'not opened');
    await rest(neverReadMs, signal);
    // Used here, so that it isn't garbage-collected and closed earlier.
    await stream?.cancel().catch(() => {});
  });
}
