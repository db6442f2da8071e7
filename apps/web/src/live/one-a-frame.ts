/** Does what it is given one after the other, each in a frame of its own. */
export function oneAFrame(nextFrame: (callback: () => void) => void): (work: () => void) => void {
  const waiting: (() => void)[] = [];
  const goOn = () => {
    const [work] = waiting;
    try {
      work?.();
    } finally {
      // Only now, so that what it gives itself waits for the next frame.
      waiting.shift();
      if (waiting.length > 0) nextFrame(goOn);
    }
  };
  return (work) => {
    waiting.push(work);
    if (waiting.length === 1) nextFrame(goOn);
  };
}
