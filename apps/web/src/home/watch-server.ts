import { createLiveFeed } from '../live/live-feed.ts';
import type { Shell } from '../shell/start-shell.ts';
import { type Sync, syncEvents } from './sync.ts';

const pollMs = 20_000;
/** A stream of a tab that slept may be dead without anyone knowing. */
const trustMs = 60_000;

export interface ServerWatch {
  start(): void;
  /** The token changed: everything is asked for anew. */
  reconnect(): void;
}

/** Follows the event stream, and asks every 20 seconds for as long as the stream is down. */
export function watchServer({ client, tokens, live, setTimer }: Shell, sync: Sync): ServerWatch {
  const feed = createLiveFeed({
    open: () => {
      const token = tokens.read();
      return new EventSource(client.api.events.$url({ query: token === null ? {} : { token } }));
    },
    events: syncEvents,
    onEvent: sync.onEvent,
    onState: (state) => {
      live.state = state;
      live.isWatching = true;
    },
    onGap: () => void sync.loadAll(),
    isOnline: () => navigator.onLine,
    setTimer,
    random: Math.random,
  });

  const loadThenWatch = async () => {
    const isWelcome = await sync.loadAll();
    if (isWelcome) return feed.restart();
    feed.stop();
    live.isWatching = false;
  };

  return {
    start() {
      void loadThenWatch();
      setInterval(() => {
        if (live.isWatching && live.state !== 'live') void sync.loadAll();
      }, pollMs);
      let hiddenAtMs = 0;
      addEventListener('visibilitychange', () => {
        if (document.hidden) hiddenAtMs = Date.now();
        else if (live.isWatching && Date.now() - hiddenAtMs > trustMs) void sync.loadAll();
      });
      addEventListener('online', () => live.isWatching && feed.restart());
      addEventListener('offline', () => {
        live.state = 'offline';
      });
    },
    reconnect: () => void loadThenWatch(),
  };
}
