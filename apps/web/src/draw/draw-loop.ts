interface DrawLoopOptions {
  requestFrame(callback: () => void): void;
  setTimer(callback: () => void, delayMs: number): unknown;
  nowMs(): number;
}

export type DrawLoop = ReturnType<typeof createDrawLoop>;

/** Drawing time in one frame. The drawing that crosses it still finishes. */
const frameBudgetMs = 8;
/** The longest rest, so that changes show up even on a slow machine. */
const maxRestMs = 400;

/**
 * The one scheduler for what a page draws outside of Alpine. A drawing that is requested several
 * times before its turn runs once; what does not fit into a frame waits for the next one. After each
 * frame the loop rests for as long as that frame took with its layout and paint, so that a storm of
 * events leaves half of the time for the reader's input.
 */
export function createDrawLoop({ requestFrame, setTimer, nowMs }: DrawLoopOptions) {
  const waiting = new Set<() => void>();
  let isScheduled = false;

  const drawFrame = () => {
    const startedMs = nowMs();
    // A timer fires after the frame is painted.
    setTimer(() => {
      const tookMs = nowMs() - startedMs;
      setTimer(
        () => {
          isScheduled = false;
          if (waiting.size > 0) schedule();
        },
        Math.min(maxRestMs, tookMs),
      );
    }, 0);
    for (const draw of [...waiting]) {
      if (nowMs() - startedMs >= frameBudgetMs) break;
      waiting.delete(draw);
      draw();
    }
  };

  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    requestFrame(drawFrame);
  };

  return {
    request(draw: () => void): void {
      waiting.add(draw);
      schedule();
    },
  };
}

/** A loop that draws before each paint, or four times a second while the page is hidden. */
export function createPageDrawLoop(): DrawLoop {
  return createDrawLoop({
    requestFrame: (callback) => {
      // A hidden page gets no animation frames, but its title should still report trouble.
      if (document.hidden) setTimeout(callback, 250);
      else requestAnimationFrame(callback);
    },
    setTimer: setTimeout,
    nowMs: () => performance.now(),
  });
}
