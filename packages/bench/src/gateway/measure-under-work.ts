import { setTimeout as pause } from 'node:timers/promises';
import { every } from '../soak/every.ts';
import type { Product } from '../start-product.ts';
import type { Bench } from './bench.ts';
import { type ContenderName, writeBody } from './contenders.ts';
import { spreadOf } from './figure.ts';
import { median } from './quantile.ts';
import { runWrk, type WrkResult } from './run-wrk.ts';
import { type Rounds, takeTurns } from './take-turns.ts';

type Turn = `${'quiet' | 'busy'} ${Extract<ContenderName, 'direct' | 'gateway'>}`;

const turns: readonly Turn[] = ['quiet direct', 'quiet gateway', 'busy direct', 'busy gateway'];
/** 16 connections, each pausing 40 ms on average: 400 requests a second, far from what would queue. */
const connections = 16;
const pauseMs = 40;
const promptBytes = 900;
const runPeriodMs = 1000;
const pollPeriodMs = 500;
const settleTimeoutMs = 60_000;

/** The gateway's latency while the same process does nothing else, and while it does the rest of its work. */
export async function measureUnderWork(bench: Bench): Promise<string> {
  const results = await takeTurns(turns, bench.rounds, (turn) => {
    const measured = () => wrk(bench, turn.endsWith('direct') ? 'direct' : 'gateway');
    return turn.startsWith('busy') ? whileWorking(bench, measured) : measured();
  });
  return tableOf(results);
}

async function wrk({ contenders, folder, seconds }: Bench, name: ContenderName) {
  const contender = contenders[name];
  const bodyFile = await writeBody(folder, contender, 'json', promptBytes);
  const { key } = contender;
  const url = contender.url('json');
  return runWrk({ url, key, bodyFile, connections, seconds, pauseMs });
}

/** Every channel is being probed, again and again, and somebody looks at the dashboard. */
async function whileWorking<T>(bench: Bench, measured: () => Promise<T>): Promise<T> {
  const { product, probedIds } = bench;
  const ending = new AbortController();
  await runIdle(product, probedIds);
  const load = Promise.all([
    every(runPeriodMs, ending.signal, () => runIdle(product, probedIds)),
    every(pollPeriodMs, ending.signal, () => look(product)),
  ]);
  try {
    return await measured();
  } finally {
    ending.abort();
    await load;
    await untilIdle(product);
  }
}

async function runIdle(product: Product, ids: readonly number[]): Promise<void> {
  const running = await runningOf(product);
  for (const id of ids) {
    if (!running.has(id)) await read(product, `/api/targets/${id}/run`, 'POST');
  }
}

async function look(product: Product): Promise<void> {
  await read(product, '/api/dashboard');
  await read(product, '/api/targets');
}

async function untilIdle(product: Product): Promise<void> {
  const deadline = performance.now() + settleTimeoutMs;
  while ((await runningOf(product)).size > 0) {
    if (performance.now() > deadline) throw new Error('the runs did not end in time');
    await pause(100);
  }
}

async function runningOf(product: Product): Promise<Set<number>> {
  const { running_targets } = JSON.parse(await read(product, '/api/health')) as {
    running_targets: number[];
  };
  return new Set(running_targets);
}

async function read(product: Product, path: string, method = 'GET'): Promise<string> {
  const response = await product.fetch(path, { method });
  const text = await response.text();
  // A run that began in the meantime is a 409, and as good.
  if (!response.ok && response.status !== 409) throw new Error(`${path}: ${response.status}`);
  return text;
}

function tableOf(results: Rounds<Turn, WrkResult>): string {
  const row = (contender: 'direct' | 'gateway', name: string, pick: (one: WrkResult) => number) => {
    const quiet = results[`quiet ${contender}`].map(pick);
    const busy = results[`busy ${contender}`].map(pick);
    const times = (median(busy) / median(quiet)).toFixed(2);
    return `| ${contender}, ${name} ms | ${spreadOf(quiet)} | ${spreadOf(busy)} | ${times} |`;
  };
  return [
    '| at 400 requests/s | quiet | 100 channels being probed, dashboard polled | ratio |',
    '| --- | ---: | ---: | ---: |',
    row('direct', 'median', ({ p50Ms }) => p50Ms),
    row('direct', 'p99', ({ p99Ms }) => p99Ms),
    row('gateway', 'median', ({ p50Ms }) => p50Ms),
    row('gateway', 'p99', ({ p99Ms }) => p99Ms),
  ].join('\n');
}
