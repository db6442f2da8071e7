interface PaceOptions {
  requestFrame(callback: () => void): void;
  setTimer(callback: () => void, delayMs: number): unknown;
  nowMs(): number;
}

/** However slow a machine is, changes are never shown later than this after the last ones. */
const mostRestMs = 400;

/**
 * Draws in animation frames, and rests after each drawing for as long as it took with its layout
 * and paint, so that a storm of events leaves half of the time to the reader's own input.
 */
export function paceDraws({ requestFrame, setTimer, nowMs }: PaceOptions) {
  let restsUntilMs = 0;

  const draw = (callback: () => void) => {
    const startedMs = nowMs();
    callback();
    // A timer comes after the frame was painted.
    setTimer(() => {
      const endedMs = nowMs();
      restsUntilMs = endedMs + Math.min(mostRestMs, endedMs - startedMs);
    }, 0);
  };

  return (callback: () => void): void => {
    const restMs = restsUntilMs - nowMs();
    if (restMs <= 0) requestFrame(() => draw(callback));
    else setTimer(() => requestFrame(() => draw(callback)), restMs);
  };
}
