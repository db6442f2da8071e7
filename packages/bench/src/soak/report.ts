import type { Exit } from '../start-product.ts';
import type { Leftovers } from './read-leftovers.ts';
import type { Sample } from './sample-product.ts';
import type { Tally } from './tally.ts';

/** A minute's samples, each taken once and again after a garbage collection. */
export interface Minute {
  samples: Sample[];
  collected: Sample[];
}

export const tableHead = [
  '| minute | RSS MB | anonymous | heap low - high | after GC | external | handles | files | clients | runs | probes |',
  '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
].join('\n');

export function tableRow(minute: number, { samples, collected }: Minute): string {
  const most = (of: (sample: Sample) => number) => Math.max(...samples.map(of));
  const heaps = samples.map((sample) => sample.heapMb);
  const cells = [
    minute,
    most((sample) => sample.rssMb).toFixed(0),
    most((sample) => sample.anonymousMb ?? Number.NaN).toFixed(0),
    `${Math.min(...heaps).toFixed(0)} - ${Math.max(...heaps).toFixed(0)}`,
    leastHeapMb(collected).toFixed(1),
    most((sample) => sample.externalMb).toFixed(0),
    most((sample) => sample.handles),
    most((sample) => sample.openFiles),
    most((sample) => sample.eventClients),
    most((sample) => sample.runs),
    most((sample) => sample.probes),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The memory that is always in use: current answers, up to 4 MiB each, come and go. */
function leastHeapMb(collected: readonly Sample[]): number {
  return Math.min(...collected.map((sample) => sample.heapMb));
}

/** MB a minute over the second half of the soak, by least squares. */
function slopeOf(minutes: readonly Minute[]): number {
  const half = minutes.slice(Math.floor(minutes.length / 2));
  const heapsMb = half.map(({ collected }) => leastHeapMb(collected));
  const meanMinute = (half.length - 1) / 2;
  const meanMb = heapsMb.reduce((sum, heapMb) => sum + heapMb, 0) / half.length;
  let [over, under] = [0, 0];
  for (const [minute, heapMb] of heapsMb.entries()) {
    over += (minute - meanMinute) * (heapMb - meanMb);
    under += (minute - meanMinute) ** 2;
  }
  return over / under;
}

interface Ending {
  minutes: readonly Minute[];
  tally: Tally;
  exit: Exit;
  leftovers: Leftovers;
}

/** Heap that grows by more than this isn't flat. */
const flatMbPerMinute = 0.5;

/** The closing lines; the last one is the verdict. */
export function closingReport({ minutes, tally, exit, leftovers }: Ending): string {
  const slope = slopeOf(minutes);
  const isFlat = !(slope > flatMbPerMinute);
  const isNothingLost = leftovers.rows === leftovers.loggedLines;
  const isCleanExit = exit.code === 0 && leftovers.runs.every(({ status }) => status !== 'running');
  const faults = tally
    .faults()
    .map(({ kind, times, first }) => `fault: ${times} × ${kind}: ${first}`);
  const isGood = isFlat && isCleanExit && isNothingLost && faults.length === 0;
  return [
    `requests: ${tally.countOf('requests')} (200: ${tally.countOf('requests, 200')}, 409: ${tally.countOf('requests, 409')})`,
    `events: ${tally.countOf('events')} to ${tally.countOf('event streams opened')} brief clients; resyncs: ${tally.countOf('events, resync')}; run_completed to the lasting client: ${tally.countOf('stayed, run_completed')}`,
    `heap after GC, second half: ${slope.toFixed(2)} MB a minute`,
    `exit: code ${exit.code}, signal ${exit.signal}, after ${(exit.tookMs / 1000).toFixed(1)} s`,
    ...leftovers.runs.map(
      ({ status, error, count }) => `left: ${count} runs ${status} ${error ?? ''}`,
    ),
    `left: rows ${leftovers.rows}, log lines ${leftovers.loggedLines}`,
    ...faults,
    isGood
      ? 'verdict: good'
      : `verdict: BAD (flat: ${isFlat}, clean exit: ${isCleanExit}, no row lost: ${isNothingLost}, kinds of faults: ${faults.length})`,
  ].join('\n');
}
