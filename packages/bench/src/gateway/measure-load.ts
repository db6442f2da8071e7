import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Kind, writeBody } from './contenders.ts';
import { type Figure, median } from './figure.ts';
import { runWrk, type WrkResult } from './run-wrk.ts';
import type { Bench } from './set-up.ts';
import { type Rounds, takeTurns, valuesOf } from './take-turns.ts';

interface Load {
  kind: Kind;
  promptBytes: number;
  connections: number;
}

interface LoadResult extends WrkResult {
  /** Processor time of a request, with all that it causes; NaN if it goes straight to the provider. */
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

/** What keys with budgets cost: the same requests with the usual key, and with one that has every budget. */
export async function measureBudgets(bench: Bench): Promise<string> {
  const contenders = bench.contenders.flatMap((one) =>
    one.name === 'gateway' ? [one, { ...one, key: bench.budgetedKey, name: 'budgets' }] : [],
  );
  const pids = new Map(contenders.map(({ name }) => [name, bench.product.pid]));
  const load = { kind: 'json', promptBytes: short, connections: 64 } as const;
  const results = await rounds({ ...bench, contenders, pids }, load);
  const lineOf = (name: string, pick: (result: LoadResult) => number) => {
    const values = valuesOf(results, pick);
    const [off, on] = ['gateway', 'budgets'].map((one) => median(values.get(one) ?? []));
    return `| ${name} | ${off} | ${on} | ${((on ?? 0) / (off ?? 1)).toFixed(3)} |`;
  };
  return [
    '| 1 KB JSON, 64 connections, median | without budgets | with | ratio |',
    '| --- | ---: | ---: | ---: |',
    lineOf('requests/s', ({ requestsPerS }) => Math.round(requestsPerS)),
    lineOf('p99, ms', ({ p99Ms }) => p99Ms),
    lineOf('processor time, µs', ({ processorUs }) => Math.round(processorUs)),
  ].join('\n');
}

type Loaded = Pick<Bench, 'contenders' | 'rounds' | 'folder' | 'seconds' | 'pids'>;

function rounds(bench: Loaded, { kind, promptBytes, connections }: Load) {
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

/** The kernel counts in hundredths of a second for programs, whatever its own tick is. */
const ticksPerS = 100;
const lookPeriodMs = 250;
/** A process that uses less than this of a period has nothing left to do. */
const quietS = 0.03;
const settleTimeoutMs = 20_000;

/** The processor time, in seconds, that a process and those that it started have used so far (Linux). */
async function processorTimeOf(pid: number): Promise<number> {
  const own = await ticksOf(pid);
  const children = await childrenOf(pid);
  const times = await Promise.all(children.map(processorTimeOf));
  return times.reduce((sum, time) => sum + time, own / ticksPerS);
}

/** Waits until a process has done what is left to do: records are written after their requests. */
async function untilQuiet(pid: number): Promise<void> {
  const deadline = performance.now() + settleTimeoutMs;
  for (let before = await processorTimeOf(pid); performance.now() < deadline; ) {
    await pause(lookPeriodMs);
    const now = await processorTimeOf(pid);
    if (now - before < quietS) return;
    before = now;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the fields 14 and 15. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const files = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8'));
  const texts = await Promise.all(files);
  return texts.flatMap((text) => text.split(' ').filter(Boolean).map(Number));
}
