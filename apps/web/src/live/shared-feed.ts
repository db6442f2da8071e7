import type { StreamEvent } from './event-parser.ts';
import {
  createLiveFeed,
  type FeedEnd,
  type FeedSurroundings,
  type LiveState,
} from './live-feed.ts';

/** How the tabs of one origin talk: a BroadcastChannel. */
export interface TabChannel {
  post(message: TabMessage): void;
  listen(listener: (message: TabMessage) => void): void;
}

export type TabMessage =
  /** Who leads? */
  | { kind: 'hello' }
  /** This tab leads, from now on or still. */
  | { kind: 'lead'; tab: string; term: number; state: LiveState; lastEventId: string | null }
  /** The leader stops. */
  | { kind: 'bye'; term: number }
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'gap' }
  | { kind: 'refused' };

interface Options extends FeedSurroundings {
  /** Null: this browser has none, so each tab has a stream of its own. */
  channel: TabChannel | null;
  /** Differs in every tab. */
  tab: string;
  heartbeat: string;
}

/** How long the leader may take to answer a tab that opens, before it has loaded anything else. */
const firstAnswerMs = 100;
/** The same later. A tab in the background takes longer, but not this long. */
const answerMs = 1500;
/** Spreads the tabs out, so that usually one of them takes over and the others hear of it. */
const spreadMs = 500;
/** Ids of this many events are remembered, because two tabs may lead for a moment. */
const rememberedIds = 500;

/**
 * One event stream for all tabs of an origin: over HTTP/1.1 a browser has six connections for them all, so
 * six tabs with a stream each would leave none for anything else. One tab leads: it has the stream and
 * passes everything on. Another takes over, from the last event on, if the leader is closed or doesn't
 * answer, because it crashed or the browser froze it. Of two leaders, the one with the later term stays.
 * No Web Locks, which browsers offer only over HTTPS, where HTTP/2 needs none of this.
 */
export function createSharedFeed(options: Options, end: FeedEnd) {
  const { channel, tab, setTimer, nowMs, random, silenceMs } = options;
  const askedAtMs = nowMs();
  let isOn = false;
  let isLeading = false;
  let term = 0;
  let state: LiveState = 'reconnecting';
  let lastEventId: string | null = null;
  let hasFollowed = false;
  /** Whether another tab led when it was last heard of. */
  let isLeaderKnown = false;
  let cancel = () => {};
  const seen = new Set<string>();

  const post = (message: TabMessage) => channel?.post(message);
  const announce = () => post({ kind: 'lead', tab, term, state, lastEventId });

  const deliver = (event: StreamEvent) => {
    const { id } = event;
    if (id !== null) {
      if (seen.has(id)) return;
      remember(seen, id);
      lastEventId = id;
    }
    end.onEvent(event);
  };

  const setState = (next: LiveState) => {
    state = next;
    end.onState(next);
  };

  const feed = createLiveFeed(options, {
    onEvent(event) {
      // The browser may have called itself offline meanwhile, but the server answers, perhaps on this machine.
      if (event.name === options.heartbeat) {
        setState('live');
        return announce();
      }
      post({ kind: 'event', event });
      deliver(event);
    },
    onState(next) {
      setState(next);
      announce();
    },
    onGap() {
      post({ kind: 'gap' });
      end.onGap();
    },
    onRefused() {
      post({ kind: 'refused' });
      stop();
      end.onRefused();
    },
  });

  const lead = () => {
    isLeading = true;
    term += 1;
    announce();
    feed.start(lastEventId, hasFollowed);
    hasFollowed = true;
  };

  /** Takes over unless another tab says in time that it leads. */
  const leadUnlessAnswered = (waitMs: number) => {
    cancel();
    cancel = setTimer(lead, waitMs);
  };

  const ask = () => {
    post({ kind: 'hello' });
    leadUnlessAnswered(answerMs + random() * spreadMs);
  };

  const followLeader = (message: TabMessage & { kind: 'lead' }) => {
    const isLater =
      message.term > term || (message.term === term && !(isLeading && tab < message.tab));
    if (!isLater) return isLeading ? announce() : undefined;
    if (isLeading) feed.stop();
    isLeading = false;
    isLeaderKnown = true;
    hasFollowed = true;
    term = message.term;
    if (!isOn) return;
    lastEventId = message.lastEventId ?? lastEventId;
    cancel();
    cancel = setTimer(ask, silenceMs);
    setState(message.state);
  };

  const hear = (message: TabMessage) => {
    if (message.kind === 'lead') return followLeader(message);
    if (message.kind === 'bye' || message.kind === 'refused') isLeaderKnown = false;
    if (!isOn) return;
    switch (message.kind) {
      case 'hello':
        if (!isLeading) return;
        announce();
        return feed.check();
      case 'bye':
        if (isLeading || message.term < term) return;
        return leadUnlessAnswered(random() * spreadMs);
      case 'event':
        return deliver(message.event);
      case 'gap':
        return end.onGap();
      case 'refused':
        if (isLeading) return;
        stop();
        return end.onRefused();
    }
  };
  channel?.listen(hear);
  post({ kind: 'hello' });

  const stop = () => {
    if (isLeading) {
      feed.stop();
      post({ kind: 'bye', term });
    }
    cancel();
    isOn = false;
    isLeading = false;
  };

  return {
    /** Follows the stream; does nothing if it already does. */
    start(): void {
      if (isOn) return;
      isOn = true;
      if (!channel) lead();
      else if (isLeaderKnown) ask();
      // It asked when it was opened; since then the tab has loaded its content, or waited for a login.
      // Never longer than that, even if the clock was set back.
      else
        leadUnlessAnswered(
          Math.min(firstAnswerMs, Math.max(0, askedAtMs + firstAnswerMs - nowMs())),
        );
    },
    /** Looks whether the stream still lives, because this tab or the machine may have slept. */
    check(): void {
      if (!isOn) return;
      if (isLeading) feed.check();
      else ask();
    },
    /** Opens another stream, because the network is back. */
    restart(): void {
      if (isOn && isLeading) feed.restart();
      else if (isOn) ask();
    },
    stop,
  };
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > rememberedIds && oldest !== undefined) seen.delete(oldest);
}
