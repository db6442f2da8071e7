/** A clock for tests: timers run when the test lets time pass. */
export function createClock() {
  let now = 0;
  let timers: { atMs: number; callback: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    nowMs: () => now,
    setTimer(callback: () => void, delayMs: number): () => void {
      const timer = { atMs: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    /** Time passes, but no timer runs, as on a machine that sleeps. */
    sleep(ms: number): void {
      now += ms;
    },
    async pass(ms: number): Promise<void> {
      const until = now + ms;
      await settle();
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        timers = timers.filter((one) => one !== due);
        now = Math.max(now, due.atMs);
        due.callback();
        await settle();
      }
      now = until;
    },
  };
}
