import type { Shell } from '../shell/start-shell.ts';
import { createLiveFeed } from './live-feed.ts';

const pollMs = 20_000;
/** A stream of a tab that slept may be dead without anyone knowing. */
const trustMs = 60_000;

/** What a page makes of the stream. */
export interface Follower {
  /** Names of the events to hear. */
  events: readonly string[];
  /** Asks for everything; answers whether there is a point in watching for changes. */
  loadAll(): Promise<boolean>;
  onEvent(name: string, data: unknown): void;
}

export interface ServerWatch {
  start(): void;
  /** The token changed: everything is asked for anew. */
  reconnect(): void;
}

/** Follows the event stream, and asks every 20 seconds for as long as the stream is down. */
export function watchServer(
  { client, tokens, live, setTimer }: Shell,
  follower: Follower,
): ServerWatch {
  const feed = createLiveFeed({
    open: () => {
      const token = tokens.read();
      return new EventSource(client.api.events.$url({ query: token === null ? {} : { token } }));
    },
    events: follower.events,
    onEvent: follower.onEvent,
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
    const isWelcome = await follower.loadAll();
    if (isWelcome) return feed.restart();
    feed.stop();
    live.isWatching = false;
  };

  return {
    start() {
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
    reconnect: () => void loadThenWatch(),
  };
}
