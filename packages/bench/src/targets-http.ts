import { join } from 'node:path';
import { openDatabase } from '@api-monitor/db';
import { fillHistory } from './fill-history.ts';
import { type Case, measure } from './measure.ts';
import { measureBlocking } from './measure-blocking.ts';
import { printTimings } from './print-timings.ts';
import { createReader, type Reader } from './read-whole.ts';
import { type Product, startProduct } from './start-product.ts';
import { type Server, startServer } from './start-server.ts';
import { withTempFolder } from './temp-folder.ts';

const targets = 200;
const models = 50;
const runCounts = [10, 30, 100];
const rounds = 30;
const blockingRounds = 9;

/** A product over one history, and the answers that it gives. */
interface Served {
  runs: number;
  product: Product;
  withoutHistory: string;
  withHistory: string;
}

const reader = createReader();
await withTempFolder(async (folder) => {
  for (const runs of runCounts) await build(join(folder, String(runs)), runs);
  const bare = await startServer('bare-server.ts');
  const served = await Promise.all(
    runCounts.map((runs) => serve(join(folder, String(runs)), runs)),
  );
  try {
    await report(served, bare);
  } finally {
    reader.close();
    await Promise.all([bare.stop(), ...served.map(({ product }) => product.stop())]);
  }
});

/** Every target is disabled, so that nothing runs beside what is measured. */
async function build(dataDir: string, runs: number): Promise<void> {
  console.log(`building ${targets} targets × ${models} models × ${runs} runs`);
  const db = await openDatabase({ dataDir, now: () => 0 });
  await fillHistory(db, { targets, models, runs });
  await db.kysely.updateTable('targets').set({ enabled: 0 }).execute();
  await db.close();
}

async function serve(dataDir: string, runs: number): Promise<Served> {
  // The history lies in the past; nothing of it is to be pruned.
  const product = await startProduct({ dataDir, env: { RETENTION_DAYS: '0' } });
  return {
    runs,
    product,
    withoutHistory: `${product.origin}/api/targets?history=0`,
    withHistory: `${product.origin}/api/targets`,
  };
}

async function report(served: readonly Served[], bare: Server): Promise<void> {
  const perProduct = await Promise.all(served.map((it) => casesOf(it, bare, reader)));
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

async function casesOf(served: Served, bare: Server, { read }: Reader): Promise<Case[]> {
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
    const delay = await measureBlocking(product, blockingRounds, () => reader.read(url));
    console.log(`${new URL(url).search || 'with history'}, ${runs} runs: ${delay.toFixed(0)} ms`);
  }
}
