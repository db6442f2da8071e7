import { performance } from 'node:perf_hooks';

/** Something to time, with its name in the table. */
export interface Case {
  name: string;
  work: () => Promise<unknown>;
}

/** Milliseconds of one case over all rounds. */
export interface Timing {
  medianMs: number;
  /** The fastest and the slowest tenth are outside this range. */
  p10Ms: number;
  p90Ms: number;
}

/**
 * Times every case in every round, one after the other, so that a busy machine or a warm cache affects
 * all of them alike; two more rounds before them warm up.
 */
export async function measure(
  cases: readonly Case[],
  rounds: number,
): Promise<Map<string, Timing>> {
  const samples = new Map(cases.map(({ name }): [string, number[]] => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    // The first case changes from round to round, so that the order favours no case.
    const turn = (round + cases.length) % cases.length;
    for (const { name, work } of [...cases.slice(turn), ...cases.slice(0, turn)]) {
      // With --expose-gc, so that no case pays for the garbage of the one before.
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

/** Two cases whose medians are compared. */
export interface Ratio {
  of: string;
  to: string;
}

/** Writes the timings and ratios to the terminal as Markdown tables, ready for the README. */
export function printTimings(timings: ReadonlyMap<string, Timing>, ratios: readonly Ratio[]): void {
  const lines = ['| case | median ms | p10 - p90 ms |', '| --- | ---: | ---: |'];
  for (const [name, { medianMs, p10Ms, p90Ms }] of timings) {
    lines.push(`| ${name} | ${medianMs.toFixed(1)} | ${p10Ms.toFixed(1)} - ${p90Ms.toFixed(1)} |`);
  }
  lines.push('', '| ratio of medians | |', '| --- | ---: |');
  for (const { of, to } of ratios) {
    const ratio = medianOf(timings, of) / medianOf(timings, to);
    lines.push(`| ${of} ÷ ${to} | ${ratio.toFixed(2)} |`);
  }
  console.log(lines.join('\n'));
}

function medianOf(timings: ReadonlyMap<string, Timing>, name: string): number {
  return timings.get(name)?.medianMs ?? Number.NaN;
}
