import { createEventParser, type StreamEvent } from './event-parser.ts';

export type LiveState = 'live' | 'reconnecting' | 'offline';

/** What the feed needs of an answer. */
export interface FeedAnswer {
  status: number;
  retryAfterS: number | null;
  /** The next piece of the stream; null at its end. Rejects if the connection is cut. */
  next(): Promise<string | null>;
}

export interface FeedEnd {
  onEvent(event: StreamEvent): void;
  onState(state: LiveState): void;
  /** The stream is open again, but events may be missing. */
  onGap(): void;
  /** The server wants a login: nothing is tried again until `start`. */
  onRefused(): void;
}

export interface FeedSurroundings {
  /** Rejects if there is no answer. `lastEventId`: the server begins with what came after it. */
  open(lastEventId: string | null, signal: AbortSignal): Promise<FeedAnswer>;
  isOnline(): boolean;
  /** Calls back after `delayMs`; returns a function that cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
  nowMs(): number;
  /** From 0 to 1. */
  random(): number;
  /** A stream that says nothing for so long is dead. */
  silenceMs: number;
}

/** Owns one connection to the event stream. */
export interface LiveFeed {
  /** `continues`: the page has followed the stream before, up to `lastEventId`. */
  start(lastEventId: string | null, continues: boolean): void;
  /** Opens another stream at once. */
  restart(): void;
  /** Opens another one if there is none now, or if this one has been silent for too long. */
  check(): void;
  stop(): void;
}

const firstMs = 1000;
const maxMs = 30_000;
/** How often it looks for silence. A machine that slept notices at its first look. */
const lookMs = 5000;

/**
 * Keeps the event stream open: after a cut, and if it falls silent, it opens another one from the last
 * event on, and waits longer each time that fails. It uses `fetch`, because an EventSource can neither be
 * asked for the status of a refusal nor continue another tab's stream.
 */
export function createLiveFeed(surroundings: FeedSurroundings, end: FeedEnd): LiveFeed {
  const { setTimer, nowMs, isOnline } = surroundings;
  let current: AbortController | null = null;
  let lastEventId: string | null = null;
  let wasConnected = false;
  let failures = 0;
  let isWaiting = false;
  let heardAtMs = 0;
  let cancelRetry = () => {};
  let cancelLook = () => {};

  const reportLoss = () => end.onState(isOnline() ? 'reconnecting' : 'offline');

  const drop = () => {
    isWaiting = false;
    cancelRetry();
    cancelLook();
    current?.abort();
    current = null;
  };

  const look = () => {
    cancelLook = setTimer(() => {
      look();
      check();
    }, lookMs);
  };

  const read = async ({ next }: FeedAnswer, isMine: () => boolean) => {
    const parse = createEventParser();
    for (;;) {
      const piece = await next().catch(() => null);
      if (piece === null || !isMine()) return;
      heardAtMs = nowMs();
      for (const event of parse(piece)) {
        lastEventId = event.id ?? lastEventId;
        end.onEvent(event);
      }
    }
  };

  const take = async (answer: FeedAnswer, isMine: () => boolean) => {
    failures = 0;
    heardAtMs = nowMs();
    end.onState('live');
    if (wasConnected && lastEventId === null) end.onGap();
    wasConnected = true;
    await read(answer, isMine);
  };

  const follow = async (own: AbortController) => {
    const isMine = () => current === own;
    const answer = await surroundings.open(lastEventId, own.signal).catch(() => null);
    if (!isMine()) return;
    if (answer?.status === 401 || answer?.status === 403) {
      drop();
      return end.onRefused();
    }
    if (answer?.status === 200) await take(answer, isMine);
    if (!isMine()) return;
    drop();
    reportLoss();
    failures += 1;
    const waitMs = backoffMs(failures, surroundings.random());
    isWaiting = true;
    cancelRetry = setTimer(connect, Math.max(waitMs, (answer?.retryAfterS ?? 0) * 1000));
  };

  const connect = () => {
    drop();
    heardAtMs = nowMs();
    const own = new AbortController();
    current = own;
    look();
    void follow(own);
  };

  const restart = () => {
    failures = 0;
    if (wasConnected) reportLoss();
    connect();
  };

  const check = () => {
    // Absolute, because the clock may have been set back.
    const silentMs = Math.abs(nowMs() - heardAtMs);
    if (isWaiting || (current && silentMs > surroundings.silenceMs)) restart();
  };

  return {
    start(lastId, continues) {
      lastEventId = lastId;
      wasConnected = continues;
      failures = 0;
      connect();
    },
    restart,
    check,
    stop: drop,
  };
}

/** The wait before the next attempt, in ms; `random` (0 to 1) spreads the clients out. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
