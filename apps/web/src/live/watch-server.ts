import type { Shell } from '../shell/start-shell.ts';
import { createLiveFeed } from './live-feed.ts';

const pollMs = 20_000;
/** The bell of every page follows it. */
const bellEvent = 'incidents_changed';
/** The stream of a tab that was hidden for longer may be dead without an error. */
const trustMs = 60_000;

/** A page that follows the stream. */
export interface Follower {
  /** Names of the events to listen to. */
  events: readonly string[];
  /** Loads everything; returns whether to watch for changes. */
  loadAll(): Promise<boolean>;
  onEvent(name: string, data: unknown): void;
}

/** Follows the event stream, and loads everything every 20 seconds while the stream is down. */
export function watchServer({ client, tokens, live, bell, setTimer }: Shell, follower: Follower) {
  const feed = createLiveFeed({
    open: () => {
      const token = tokens.read();
      return new EventSource(client.api.events.$url({ query: token === null ? {} : { token } }));
    },
    events: [...new Set([...follower.events, bellEvent])],
    onEvent: (name, data) => {
      if (name === bellEvent) void bell.load();
      if (follower.events.includes(name)) follower.onEvent(name, data);
    },
    onState: (state) => {
      live.state = state;
      live.isWatching = true;
    },
    onGap: () => void follower.loadAll(),
    isOnline: () => navigator.onLine,
    setTimer,
    random: Math.random,
  });

  const loadThenWatch = async () => {
    const shouldWatch = await follower.loadAll();
    if (shouldWatch) return feed.restart();
    feed.stop();
    live.isWatching = false;
  };

  return {
    start(): void {
      void loadThenWatch();
      setInterval(() => {
        if (live.isWatching && live.state !== 'live') void follower.loadAll();
      }, pollMs);
      let hiddenAtMs = 0;
      addEventListener('visibilitychange', () => {
        if (document.hidden) hiddenAtMs = Date.now();
        else if (live.isWatching && Date.now() - hiddenAtMs > trustMs) void follower.loadAll();
      });
      addEventListener('online', () => live.isWatching && feed.restart());
      addEventListener('offline', () => {
        live.state = 'offline';
      });
    },
    /** Loads everything again, because the token changed. */
    reconnect: () => void loadThenWatch(),
  };
}
