import { describe, expect, it } from 'vitest';
import { createClock } from './scripted-clock.ts';
import { createSharedFeed, type TabMessage } from './shared-feed.ts';

type Say = (piece: string | null) => void;

/** Tabs of one origin over a server that the test plays. */
function setUp({ status = 200 }: { status?: number } = {}) {
  const clock = createClock();
  const listeners = new Map<string, (message: TabMessage) => void>();
  const frozen = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  const streams: { tab: string; lastEventId: string | null; isOpen: boolean; say: Say }[] = [];
  const post = (from: string, message: TabMessage) => {
    if (frozen.has(from)) return;
    for (const [tab, listen] of listeners) {
      if (tab === from) continue;
      const take = () => listen(structuredClone(message));
      if (frozen.has(tab)) waiting.get(tab)?.push(take);
      else void Promise.resolve().then(take);
    }
  };

  const openTab = async (tab: string, random = 0.5) => {
    const heard: string[] = [];
    const open = async (lastEventId: string | null, signal: AbortSignal) => {
      const pieces: (string | null)[] = [];
      let wake = () => {};
      const stream = {
        ...{ tab, lastEventId, isOpen: true },
        say: (piece: string | null) => {
          pieces.push(piece);
          wake();
        },
      };
      signal.addEventListener('abort', () => {
        stream.isOpen = false;
        stream.say(null);
      });
      streams.push(stream);
      return {
        ...{ status, retryAfterS: null },
        async next() {
          while (pieces.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          return pieces.shift() ?? null;
        },
      };
    };
    const feed = createSharedFeed(
      {
        open,
        channel: {
          post: (message) => post(tab, message),
          listen: (listener) => void listeners.set(tab, listener),
        },
        ...{ tab, heartbeat: 'heartbeat', silenceMs: 40_000, isOnline: () => true },
        ...{ nowMs: clock.nowMs, random: () => random },
        setTimer: (callback, delayMs) =>
          clock.setTimer(() => (frozen.has(tab) ? undefined : callback()), delayMs),
      },
      {
        onEvent: ({ name, id }) => heard.push(`${name} ${id}`),
        onState: (state) => heard.at(-1) === state || heard.push(state),
        onGap: () => heard.push('gap'),
        onRefused: () => heard.push('refused'),
      },
    );
    feed.start();
    await clock.pass(500);
    return { feed, heard };
  };
  const openStreams = () => streams.filter(({ isOpen }) => isOpen);
  const say = async (piece: string) => {
    for (const stream of openStreams()) if (!frozen.has(stream.tab)) stream.say(piece);
    await clock.pass(0);
  };
  return {
    ...{ clock, streams, openTab, openStreams, say, listeners },
    /** The tab does nothing more, and doesn't say so. */
    freeze(tab: string) {
      frozen.add(tab);
      waiting.set(tab, []);
    },
    async thaw(tab: string) {
      frozen.delete(tab);
      for (const take of waiting.get(tab) ?? []) take();
      await clock.pass(2000);
    },
    event: (id: number) => say(`id: ${id}\nevent: target_updated\ndata: {}\n\n`),
    heartbeat: () => say('event: heartbeat\ndata: {}\n\n'),
  };
}

describe('the tabs of an origin', () => {
  it('share one stream, of which each gets every event', async () => {
    const { openTab, streams, event } = setUp();
    const tabs = [await openTab('a'), await openTab('b'), await openTab('c')];
    await event(1);
    expect(streams).toHaveLength(1);
    for (const { heard } of tabs) expect(heard).toEqual(['live', 'target_updated 1']);
  });

  it('take over when the leader is closed, from the last event on', async () => {
    const { openTab, openStreams, clock, event } = setUp();
    const [first, second] = [await openTab('a'), await openTab('b', 0.1), await openTab('c')];
    await event(1);
    first?.feed.stop();
    await clock.pass(600);
    expect(openStreams()).toMatchObject([{ tab: 'b', lastEventId: '1' }]);
    await event(2);
    expect(second?.heard.slice(-1)).toEqual(['target_updated 2']);
  });

  it('take over when the leader crashes or is frozen, and it follows when it thaws', async () => {
    const { openTab, openStreams, clock, event, freeze, thaw } = setUp();
    const [a, b] = [await openTab('a'), await openTab('b')];
    await event(1);
    freeze('a');
    await clock.pass(45_000);
    expect(openStreams().map(({ tab }) => tab)).toEqual(['a', 'b']);
    await event(2);
    await thaw('a');
    expect(openStreams().map(({ tab }) => tab)).toEqual(['b']);
    await event(3);
    for (const { heard } of [a, b]) {
      expect(heard.filter((one) => one.startsWith('target'))).toEqual(
        [1, 2, 3].map((id) => `target_updated ${id}`),
      );
    }
  });

  it('take over at once if a reader comes back to a tab and the leader does not answer', async () => {
    const { openTab, openStreams, clock, freeze } = setUp();
    const [, b] = [await openTab('a'), await openTab('b')];
    freeze('a');
    b.feed.check();
    await clock.pass(2100);
    expect(openStreams().map(({ tab }) => tab)).toEqual(['a', 'b']);
  });

  it('lead soon after a login though the clock was set back', async () => {
    const { openTab, openStreams, clock } = setUp();
    const { feed } = await openTab('a');
    feed.stop();
    clock.sleep(-3_600_000);
    feed.start();
    await clock.pass(500);
    expect(openStreams()).toHaveLength(1);
  });

  it('stay with a leader that lives, however long nothing happens', async () => {
    const { openTab, streams, clock, heartbeat } = setUp();
    const [, b] = [await openTab('a'), await openTab('b')];
    for (let beat = 0; beat < 20; beat += 1) {
      await clock.pass(15_000);
      await heartbeat();
      b.feed.check();
    }
    expect(streams).toHaveLength(1);
  });

  it('are live with each heartbeat, also after the browser called itself offline', async () => {
    const { openTab, heartbeat } = setUp();
    const tabs = [await openTab('a'), await openTab('b')];
    for (const { heard } of tabs) heard.push('offline');
    await heartbeat();
    expect(tabs.map(({ heard }) => heard.at(-1))).toEqual(['live', 'live']);
  });

  it('agree on one leader if several opened at the same moment', async () => {
    const { openTab, openStreams, clock, event } = setUp();
    const tabs = await Promise.all(['c', 'a', 'b'].map((tab) => openTab(tab)));
    await clock.pass(1000);
    expect(openStreams().map(({ tab }) => tab)).toEqual(['a']);
    await event(1);
    for (const { heard } of tabs) expect(heard.slice(-1)).toEqual(['target_updated 1']);
  });

  it('hear of an event once, even if two lead for a moment', async () => {
    const { openTab, event, freeze, thaw, clock } = setUp();
    const [, b] = [await openTab('a'), await openTab('b')];
    freeze('a');
    b.feed.check();
    await clock.pass(2100);
    const thawing = thaw('a');
    await event(7);
    await thawing;
    expect(b.heard.filter((one) => one === 'target_updated 7')).toHaveLength(1);
  });

  it('load everything again if the new leader cannot know what came before', async () => {
    const { openTab, clock } = setUp();
    const [a, b, c] = [await openTab('a'), await openTab('b', 0.1), await openTab('c')];
    a?.feed.stop();
    await clock.pass(600);
    expect([b?.heard.at(-1), c?.heard.at(-1)]).toEqual(['gap', 'gap']);
  });

  it('all stop when the server wants a login, after one attempt', async () => {
    const { openTab, streams, clock, listeners } = setUp({ status: 401 });
    const [a, b] = await Promise.all([openTab('a', 0), openTab('b')]);
    await clock.pass(120_000);
    expect(streams.length).toBeLessThanOrEqual(2);
    expect([a?.heard.at(-1), b?.heard.at(-1)]).toEqual(['refused', 'refused']);
    expect(listeners.size).toBe(2);
  });
});
