import { describe, expect, it } from 'vitest';
import { backoffMs, createLiveFeed, type FeedSource } from './live-feed.ts';

class ScriptedSource implements FeedSource {
  readyState = 0;
  isClosed = false;
  private readonly listeners = new Map<string, ((event: { data?: unknown }) => void)[]>();

  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }
  close(): void {
    this.isClosed = true;
  }
  send(type: string, data?: unknown): void {
    for (const listener of this.listeners.get(type) ?? []) listener({ data });
  }
  giveUp(): void {
    this.readyState = 2;
    this.send('error');
  }
}

function setUp(isOnline = true) {
  const sources: ScriptedSource[] = [];
  const heard: string[] = [];
  const timers: { callback: () => void; delayMs: number; cancelled: boolean }[] = [];
  const feed = createLiveFeed({
    open: () => {
      const source = new ScriptedSource();
      sources.push(source);
      return source;
    },
    events: ['target_updated'],
    onEvent: (name, data) => heard.push(`${name} ${JSON.stringify(data)}`),
    onState: (state) => heard.push(state),
    onGap: () => heard.push('gap'),
    isOnline: () => isOnline,
    setTimer: (callback, delayMs) => {
      const timer = { callback, delayMs, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    random: () => 1,
  });
  feed.start();
  return { feed, sources, heard, timers };
}

describe('the live feed', () => {
  it('passes events on, parsed', () => {
    const { sources, heard } = setUp();
    sources[0]?.send('open');
    sources[0]?.send('target_updated', '{"target_id":3}');
    expect(heard).toEqual(['live', 'target_updated {"target_id":3}']);
  });

  it('lets the browser reconnect after a cut, because it fetches the missed events', () => {
    const { sources, heard, timers } = setUp();
    sources[0]?.send('open');
    sources[0]?.send('error');
    sources[0]?.send('open');
    expect(heard).toEqual(['live', 'reconnecting', 'live']);
    expect(sources).toHaveLength(1);
    expect(timers).toHaveLength(0);
  });

  it('opens another source when the browser gives up, waits longer each time, and reports the gap', () => {
    const { sources, heard, timers } = setUp();
    sources[0]?.send('open');
    sources[0]?.giveUp();
    timers[0]?.callback();
    sources[1]?.giveUp();
    timers[1]?.callback();
    sources[2]?.send('open');
    expect(timers.map((it) => it.delayMs)).toEqual([1000, 2000]);
    expect(heard).toEqual(['live', 'reconnecting', 'reconnecting', 'live', 'gap']);
  });

  it('ignores a source that it replaced', () => {
    const { feed, sources, heard } = setUp();
    sources[0]?.send('open');
    feed.restart();
    sources[0]?.send('target_updated', '{"target_id":1}');
    expect(sources[0]?.isClosed).toBe(true);
    expect(heard).toEqual(['live', 'reconnecting']);
  });

  it('does not report a first attempt that fails as a lost connection', () => {
    const { feed, heard } = setUp();
    feed.restart();
    expect(heard).toEqual([]);
  });

  it('says offline if the browser is', () => {
    const { sources, heard } = setUp(false);
    sources[0]?.giveUp();
    expect(heard).toEqual(['offline']);
  });

  it('cancels its timer when it stops', () => {
    const { feed, sources, timers } = setUp();
    sources[0]?.giveUp();
    feed.stop();
    expect(timers[0]?.cancelled).toBe(true);
  });
});

describe('the wait between attempts', () => {
  it('doubles up to half a minute, and is random within its upper half', () => {
    expect(backoffMs(1, 1)).toBe(1000);
    expect(backoffMs(4, 1)).toBe(8000);
    expect(backoffMs(40, 1)).toBe(30_000);
    expect(backoffMs(4, 0)).toBe(4000);
  });
});
