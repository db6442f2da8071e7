import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '@api-monitor/db';
import { fillHistory } from './history.ts';
import { type Case, measure, printTimings } from './measure.ts';
import { type Server, startServer } from './servers/start-server.ts';
import { apiToken, type Product, startProduct } from './start-product.ts';
import { withTempFolder } from './temp-folder.ts';

const targets = 200;
const models = 50;
const runCounts = [10, 30, 100];
const rounds = 30;
const blockingRounds = 9;

/** A product with one history, and the URLs of its answers. */
interface Served {
  runs: number;
  product: Product;
  withoutHistory: string;
  withHistory: string;
}

/** Keeps its connections, so that none is opened while the clock runs. */
const agent = new Agent({ keepAlive: true });
await withTempFolder(async (folder) => {
  for (const runs of runCounts) await build(join(folder, String(runs)), runs);
  const bare = await startServer('bare-server.ts');
  const served = await Promise.all(
    runCounts.map((runs) => serve(join(folder, String(runs)), runs)),
  );
  try {
    await report(served, bare);
  } finally {
    agent.destroy();
    await Promise.all([bare.stop(), ...served.map(({ product }) => product.stop())]);
  }
});

/** Every target is disabled, so that nothing else runs during the measurement. */
async function build(dataDir: string, runs: number): Promise<void> {
  console.log(`building ${targets} targets × ${models} models × ${runs} runs`);
  const db = await openDatabase({ dataDir, now: () => 0 });
  await fillHistory(db, { targets, models, runs });
  await db.kysely.updateTable('targets').set({ enabled: 0 }).execute();
  await db.close();
}

async function serve(dataDir: string, runs: number): Promise<Served> {
  // The history is old, and none of it may be pruned.
  const product = await startProduct({ dataDir, env: { RETENTION_DAYS: '0' } });
  return {
    runs,
    product,
    withoutHistory: `${product.origin}/api/targets?history=0`,
    withHistory: `${product.origin}/api/targets`,
  };
}

async function report(served: readonly Served[], bare: Server): Promise<void> {
  const perProduct = await Promise.all(served.map((it) => casesOf(it, bare)));
  const timings = await measure(perProduct.flat(), rounds);
  printTimings(timings, [
    { of: 'without history, 100 runs', to: 'without history, 10 runs' },
    { of: 'with history, 100 runs', to: 'with history, 30 runs' },
    { of: 'with history, 100 runs', to: 'with history, 10 runs' },
    { of: 'without history, 100 runs', to: 'without history, 100 runs, bare' },
    { of: 'with history, 100 runs', to: 'with history, 100 runs, bare' },
  ]);
  const most = served.at(-1);
  if (most) await reportBlocking(most);
}

async function casesOf(served: Served, bare: Server): Promise<Case[]> {
  const cases: Case[] = [];
  for (const kind of ['without', 'with'] as const) {
    const url = served[`${kind}History`];
    const bytes = await read(url);
    const name = `${kind} history, ${served.runs} runs`;
    console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB`);
    cases.push({ name, work: () => read(url) });
    cases.push({ name: `${name}, bare`, work: () => read(`${bare.origin}/${bytes}`) });
  }
  return cases;
}

async function reportBlocking({ runs, product, withoutHistory, withHistory }: Served) {
  const idle = await measureBlocking(product, blockingRounds, () => product.fetch('/api/health'));
  console.log(`\nevent loop's longest delay, idle: ${idle.toFixed(0)} ms`);
  for (const url of [withoutHistory, withHistory]) {
    const delay = await measureBlocking(product, blockingRounds, () => read(url));
    console.log(`${new URL(url).search || 'with history'}, ${runs} runs: ${delay.toFixed(0)} ms`);
  }
}

/**
 * Reads an answer to its end, discards it and returns its length in bytes; throws for any status but 200.
 */
async function read(url: string): Promise<number> {
  const headers = { authorization: `Bearer ${apiToken}`, 'accept-encoding': 'identity' };
  const [response] = (await once(get(url, { agent, headers }), 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url}: HTTP ${response.statusCode}`);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}

const tickMs = 10;

/**
 * How long `work` blocks the product's event loop, in ms: the median over the rounds of the longest
 * delay that the product measured. Its timer ticks every 10 ms, so idle is about 10.
 */
export async function measureBlocking(
  product: Product,
  rounds: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const longest: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Reading the metric starts a new measurement at the next tick.
    await longestDelayMs(product);
    await pause(5 * tickMs);
    await work();
    // A delay is recorded only when the late tick has come.
    await pause(5 * tickMs);
    longest.push(await longestDelayMs(product));
  }
  return longest.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

async function longestDelayMs(product: Product): Promise<number> {
  const text = await (await product.fetch('/metrics')).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]) * 1000;
}
