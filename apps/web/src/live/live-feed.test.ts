import { describe, expect, it } from 'vitest';
import { backoffMs, createLiveFeed, type FeedAnswer } from './live-feed.ts';
import { createClock } from './scripted-clock.ts';

/** A stream that the test speaks on. */
function scriptedStream(status = 200, retryAfterS: number | null = null) {
  const pieces: (string | null)[] = [];
  let wake = () => {};
  const say = (piece: string | null) => {
    pieces.push(piece);
    wake();
  };
  const answer: FeedAnswer = {
    status,
    retryAfterS,
    async next() {
      while (pieces.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return pieces.shift() ?? null;
    },
  };
  return { answer, say, end: () => say(null) };
}

function setUp({ isOnline = true }: { isOnline?: boolean } = {}) {
  const clock = createClock();
  const heard: string[] = [];
  const opened: { lastEventId: string | null; signal: AbortSignal }[] = [];
  const answers: (FeedAnswer | null)[] = [];
  const feed = createLiveFeed(
    {
      open: async (lastEventId, signal) => {
        opened.push({ lastEventId, signal });
        const answer = answers.shift();
        if (answer) return answer;
        throw new Error('no answer');
      },
      isOnline: () => isOnline,
      setTimer: clock.setTimer,
      nowMs: clock.nowMs,
      random: () => 1,
      silenceMs: 40_000,
    },
    {
      onEvent: ({ name, data }) => heard.push(`${name} ${JSON.stringify(data)}`),
      onState: (state) => heard.push(state),
      onGap: () => heard.push('gap'),
      onRefused: () => heard.push('refused'),
    },
  );
  /** The feed gets one stream after the other. */
  const streams = (...statuses: (number | null)[]) => {
    const made = statuses.map((status) => (status === null ? null : scriptedStream(status)));
    answers.push(...made.map((stream) => stream?.answer ?? null));
    return made.map((stream) => stream ?? scriptedStream());
  };
  const start = async () => {
    feed.start(null, false);
    await clock.pass(0);
  };
  return { feed, clock, heard, opened, answers, streams, start };
}

describe('the live feed', () => {
  it('passes events on, and after a cut continues from the last one', async () => {
    const { clock, heard, opened, streams, start } = setUp();
    const [first] = streams(200, 200);
    await start();
    first?.say('id: 5\nevent: target_updated\ndata: {"target_id":3}\n\n');
    first?.end();
    await clock.pass(1000);
    expect(heard).toEqual(['live', 'target_updated {"target_id":3}', 'reconnecting', 'live']);
    expect(opened.map(({ lastEventId }) => lastEventId)).toEqual([null, '5']);
  });

  it('reports a gap if it had heard of no event before the cut', async () => {
    const { clock, heard, streams, start } = setUp();
    const [first] = streams(200, 200);
    await start();
    first?.say('event: connected\ndata: ok\n\n');
    first?.end();
    await clock.pass(1000);
    expect(heard).toEqual(['live', 'connected "ok"', 'reconnecting', 'live', 'gap']);
  });

  it('waits longer after each failure, and as long as the server says', async () => {
    const { clock, opened, streams, answers, start } = setUp();
    streams(null, 502);
    answers.push(scriptedStream(429, 30).answer);
    await start();
    const at: number[] = [];
    for (let second = 0; second < 45; second += 1) {
      while (opened.length > at.length) at.push(second);
      await clock.pass(1000);
    }
    expect(at).toEqual([0, 1, 3, 33, 41]);
  });

  it('stops at the first refusal, until it is started again', async () => {
    const { feed, clock, heard, opened, streams, start } = setUp();
    streams(401, 200);
    await start();
    await clock.pass(300_000);
    feed.check();
    expect([heard, opened.length]).toEqual([['refused'], 1]);
    await start();
    expect(heard).toEqual(['refused', 'live']);
  });

  it('opens another stream if this one falls silent, also while it waits for the answer', async () => {
    const { clock, heard, opened, answers, streams, start } = setUp();
    const [dead] = streams(200);
    answers.push({ ...scriptedStream().answer, status: 200 });
    await start();
    await clock.pass(30_000);
    dead?.say('event: heartbeat\ndata: {}\n\n');
    await clock.pass(38_000);
    expect(opened).toHaveLength(1);
    await clock.pass(8000);
    expect(opened).toHaveLength(2);
    expect(opened[0]?.signal.aborted).toBe(true);
    dead?.say('event: too_late\ndata: {}\n\n');
    await clock.pass(0);
    expect(heard.filter((one) => one.startsWith('too_late'))).toEqual([]);
  });

  it('notices at once that the machine has slept', async () => {
    const { feed, clock, opened, streams, start } = setUp();
    streams(200, 200);
    await start();
    clock.sleep(3_600_000);
    feed.check();
    await clock.pass(0);
    expect(opened).toHaveLength(2);
  });

  it('opens another stream if the clock was set back, because it no longer knows the silence', async () => {
    const { feed, clock, opened, streams, start } = setUp();
    streams(200, 200);
    await start();
    clock.sleep(-3_600_000);
    feed.check();
    await clock.pass(0);
    expect(opened).toHaveLength(2);
  });

  it('tries at once if someone looks while it waits for the next attempt', async () => {
    const { feed, clock, opened, heard, streams, start } = setUp();
    streams(null, 200);
    await start();
    feed.check();
    await clock.pass(0);
    expect([opened.length, heard.at(-1)]).toEqual([2, 'live']);
  });

  it('says offline if the browser is, and tries nothing after it was stopped', async () => {
    const { feed, clock, heard, opened, streams, start } = setUp({ isOnline: false });
    streams(null);
    await start();
    expect(heard).toEqual(['offline']);
    feed.stop();
    await clock.pass(60_000);
    expect(opened).toHaveLength(1);
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
