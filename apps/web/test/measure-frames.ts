import type { CDPSession, Page } from 'playwright-core';

/** How long a page's frames took while something happened. */
export interface FrameFigures {
  /** The CPU time of the main thread in all frames. It repeats better than the time of single frames. */
  workMs: number;
  /** Frames that took more than 50 ms from their first task to their paint. */
  long: number;
  longestMs: number;
  /** Style, layout and paint in the longest frame. */
  layoutMs: number;
  /** How long scripts ran in the longest frame, and which ran longest. */
  scriptMs: number;
  culprit: string;
}

interface LongFrame extends PerformanceEntry {
  styleAndLayoutStart: number;
  scripts: { duration: number; invoker: string; sourceFunctionName: string }[];
}

/**
 * Runs `work` and returns the long animation frames that the browser records during it.
 * https://w3c.github.io/long-animation-frames/
 */
export async function measureFrames(page: Page, work: () => Promise<void>): Promise<FrameFigures> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const startedMs = await workMsOf(session);
  await page.evaluate(() => {
    const frames: unknown[] = [];
    const observer = new PerformanceObserver((list) => frames.push(...list.getEntries()));
    observer.observe({ type: 'long-animation-frame' });
    Object.assign(window, { longFrames: { frames, observer } });
  });
  await work();
  const workMs = Math.round((await workMsOf(session)) - startedMs);
  await session.detach();
  const frames = await page.evaluate(() => {
    const { longFrames } = window as unknown as {
      longFrames: { frames: LongFrame[]; observer: PerformanceObserver };
    };
    const { frames, observer } = longFrames;
    frames.push(...(observer.takeRecords() as LongFrame[]));
    observer.disconnect();
    const [worst] = frames.toSorted((a, b) => b.duration - a.duration);
    const scripts = worst?.scripts.toSorted((a, b) => b.duration - a.duration) ?? [];
    const [most] = scripts;
    return {
      long: frames.length,
      longestMs: Math.round(worst?.duration ?? 0),
      scriptMs: Math.round(scripts.reduce((sum, it) => sum + it.duration, 0)),
      layoutMs: worst
        ? Math.round(worst.startTime + worst.duration - worst.styleAndLayoutStart)
        : 0,
      culprit: most ? `${most.invoker} ${most.sourceFunctionName}`.trim() : '',
    };
  });
  return { workMs, ...frames };
}

/** The CPU time of the page's main thread so far. https://chromedevtools.github.io/devtools-protocol */
async function workMsOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

/** Scrolls for `ms` as fast as a quick reader. */
export async function scrollFor(page: Page, ms: number): Promise<void> {
  const turns = ms / 60;
  for (let turn = 0; turn < turns; turn += 1) {
    await page.mouse.wheel(0, turn < turns * 0.7 ? 500 : -500);
    await page.waitForTimeout(60);
  }
}
