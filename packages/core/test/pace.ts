/** Node's; the types of this room don't know it. */
declare const process: {
  threadCpuUsage(before?: { user: number; system: number }): { user: number; system: number };
};

/** How long `work` kept the processor busy, in milliseconds. What other programs do meanwhile doesn't count. */
export function cpuMsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** What `compute` takes on the machine that the limits of tests were chosen on. */
const usualMs = 4;

function compute(): void {
  const rows = Array.from({ length: 4_000 }, (_, id) => ({ id, name: `row ${id}` }));
  JSON.parse(JSON.stringify(rows)).sort((a: { name: string }, b: { name: string }) =>
    a.name < b.name ? -1 : 1,
  );
}

/**
 * How many times slower than usual this machine computes now, at least 1. A limit in milliseconds is
 * multiplied by it.
 */
export function slowness(): number {
  return Math.max(1, Math.min(...[1, 2, 3, 4, 5].map(() => cpuMsOf(compute))) / usualMs);
}
