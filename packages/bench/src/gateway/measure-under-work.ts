import { setTimeout as pause } from 'node:timers/promises';
import { every } from '../soak/every.ts';
import type { Product } from '../start-product.ts';
import { type Contender, writeBody } from './contenders.ts';
import { median, spreadOf } from './figure.ts';
import { runWrk, type WrkResult } from './run-wrk.ts';
import type { Bench } from './set-up.ts';
import { type Rounds, takeTurns } from './take-turns.ts';

/** 16 connections, each pausing 40 ms on average: 400 requests a second, too few to queue. */
const connections = 16;
const pauseMs = 40;
const promptBytes = 900;
const runPeriodMs = 1000;
const pollPeriodMs = 500;
const settleTimeoutMs = 60_000;

/** The gateway's latency while its process does nothing else, and while it does its usual other work. */
export async function measureUnderWork(bench: Bench): Promise<string> {
  const measured = bench.contenders.filter(({ name }) => ['direct', 'gateway'].includes(name));
  const turns = [false, true].flatMap((isBusy) =>
    measured.map((contender) => ({ name: turnOf(contender.name, isBusy), contender, isBusy })),
  );
  const results = await takeTurns(turns, bench.rounds, ({ contender, isBusy }) => {
    const run = () => wrk(bench, contender);
    return isBusy ? whileWorking(bench, run) : run();
  });
  return tableOf(results);
}

function turnOf(contender: string, isBusy: boolean): string {
  return `${isBusy ? 'busy' : 'quiet'} ${contender}`;
}

async function wrk({ folder, seconds }: Bench, contender: Contender) {
  const bodyFile = await writeBody(folder, contender, 'json', promptBytes);
  const { key } = contender;
  const url = contender.url('json');
  return runWrk({ url, key, bodyFile, connections, seconds, pauseMs });
}

/** Probes every channel again and again and polls the dashboard during the measurement. */
async function whileWorking<T>(bench: Bench, measured: () => Promise<T>): Promise<T> {
  const { product, probedIds } = bench;
  const ending = new AbortController();
  await runIdle(product, probedIds);
  const load = Promise.all([
    every(runPeriodMs, ending.signal, () => runIdle(product, probedIds)),
    every(pollPeriodMs, ending.signal, () => pollDashboard(product)),
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

async function pollDashboard(product: Product): Promise<void> {
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
  // A 409 means that a run has begun in the meantime, which is just as good.
  if (!response.ok && response.status !== 409) throw new Error(`${path}: ${response.status}`);
  return text;
}

function tableOf(results: Rounds<WrkResult>): string {
  const row = (contender: 'direct' | 'gateway', name: string, pick: (one: WrkResult) => number) => {
    const [quiet = [], busy = []] = [false, true].map((isBusy) =>
      results.get(turnOf(contender, isBusy))?.map(pick),
    );
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
