import { type Kind, writeBody } from './contenders.ts';
import type { Figure } from './figure.ts';
import { processorTimeOf, untilQuiet } from './processor-time.ts';
import { runWrk, type WrkResult } from './run-wrk.ts';
import type { Bench } from './set-up.ts';
import { type Rounds, takeTurns, valuesOf } from './take-turns.ts';

interface Load {
  kind: Kind;
  promptBytes: number;
  connections: number;
}

interface LoadResult extends WrkResult {
  /** Processor time of everything that a request causes; NaN if nothing stands in between. */
  processorUs: number;
}

const short = 900;
const long = 100_000;

/** Measures how many requests are served per second, and how long a single one takes. */
export async function measureLoad(bench: Bench): Promise<Figure[]> {
  const many = { kind: 'json', promptBytes: short, connections: 64 } as const;
  const manyRounds = await rounds(bench, many);
  const aloneRounds = await rounds(bench, { ...many, connections: 1 });
  const longRounds = await rounds(bench, { ...many, promptBytes: long });
  const burstRounds = await rounds(bench, { ...many, kind: 'burst' });
  return [
    throughput('1 KB JSON, 64 connections, requests/s', manyRounds, '≥ 0.14'),
    processorTime(manyRounds),
    throughput('100 KB bodies, 64 connections, requests/s', longRounds, '≥ 0.18'),
    processorTime(longRounds),
    throughput('50 chunks without pause, 64 connections, streams/s', burstRounds, '≥ 1.1'),
    processorTime(burstRounds),
    throughput('1 KB JSON, 1 connection, requests/s', aloneRounds, '≥ 0.6'),
    {
      name: 'the same, median ms',
      values: valuesOf(aloneRounds, ({ p50Ms }) => p50Ms),
      compare: 'to_direct',
      target: '< +0.25',
    },
  ];
}

function rounds(bench: Bench, { kind, promptBytes, connections }: Load) {
  return takeTurns(bench.contenders, bench.rounds, async (contender) => {
    const bodyFile = await writeBody(bench.folder, contender, kind, promptBytes);
    const { key } = contender;
    const url = contender.url(kind);
    const pid = bench.pids.get(contender.name);
    return withProcessorTime(pid, () =>
      runWrk({ url, key, bodyFile, connections, seconds: bench.seconds }),
    );
  });
}

async function withProcessorTime(
  pid: number | undefined,
  run: () => Promise<WrkResult>,
): Promise<LoadResult> {
  if (pid === undefined) return { ...(await run()), processorUs: Number.NaN };
  const before = await processorTimeOf(pid);
  const result = await run();
  await untilQuiet(pid);
  const usedS = (await processorTimeOf(pid)) - before;
  return { ...result, processorUs: (usedS * 1e6) / result.requests };
}

function throughput(name: string, results: Rounds<WrkResult>, target: string): Figure {
  const values = valuesOf(results, ({ requestsPerS }) => requestsPerS);
  return { name, values, compare: 'to_nginx', target };
}

function processorTime(results: Rounds<LoadResult>): Figure {
  const values = valuesOf(results, ({ processorUs }) => processorUs);
  return { name: 'the same, processor time, µs', values, compare: 'alone', target: '' };
}
