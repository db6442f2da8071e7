import { performance } from 'node:perf_hooks';

/** A thing to time, under the name that the table shows. */
export interface Case {
  name: string;
  work: () => Promise<unknown>;
}

/** Milliseconds of one case over all rounds. */
export interface Timing {
  medianMs: number;
  /** The fastest and the slowest tenth lie outside. */
  p10Ms: number;
  p90Ms: number;
}

/**
 * Times every case in every round, one after the other, so that a busy machine or a warm cache
 * touches all alike; two rounds before the first that counts are for warming up.
 */
export async function measure(
  cases: readonly Case[],
  rounds: number,
): Promise<Map<string, Timing>> {
  const samples = new Map(cases.map(({ name }): [string, number[]] => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    // Every case is first once in a while, so that the order favours none.
    const turn = (round + cases.length) % cases.length;
    for (const { name, work } of [...cases.slice(turn), ...cases.slice(0, turn)]) {
      // With --expose-gc: nobody pays for the garbage of the case before.
      globalThis.gc?.();
      const startedAt = performance.now();
      await work();
      if (round >= 0) samples.get(name)?.push(performance.now() - startedAt);
    }
  }
  return new Map([...samples].map(([name, times]) => [name, timingOf(times)]));
}

function timingOf(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { medianMs: at(0.5), p10Ms: at(0.1), p90Ms: at(0.9) };
}
