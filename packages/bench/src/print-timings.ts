import type { Timing } from './measure.ts';

/** Two cases whose medians are to be compared, and what the comparison shows. */
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
