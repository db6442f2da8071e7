import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listenToEvents } from './soak/event-clients.ts';
import { addChannels, loadProduct } from './soak/load.ts';
import { readLeftovers } from './soak/read-leftovers.ts';
import { closingReport, type Minute, tableHead, tableRow } from './soak/report.ts';
import {
  connectGarbageCollector,
  type GarbageCollector,
  sampleProduct,
} from './soak/sample-product.ts';
import { createAskProduct, createTally, type Tally } from './soak/tally.ts';
import { type Product, startProduct } from './start-product.ts';
import { withTempFolder } from './temp-folder.ts';

const briefClients = 8;
const samplesPerMinute = 6;
const errorLevel = 50;

const minutes = minutesAsked();
process.exitCode = (await withTempFolder(soak)) ? 0 : 1;

function minutesAsked(): number {
  const args = process.argv.slice(2).filter((arg) => arg !== '--');
  const { values } = parseArgs({ args, options: { minutes: { type: 'string', default: '10' } } });
  const asked = Number(values.minutes);
  if (!(asked >= 4 && asked <= 1440)) throw new Error('--minutes must be from 4 to 1440');
  return Math.floor(asked);
}

/** True if memory stayed flat, nothing failed and the exit was clean. */
async function soak(dataDir: string): Promise<boolean> {
  const tally = createTally();
  const inspector = Promise.withResolvers<string>();
  const product = await startProduct({
    dataDir,
    // As it starts itself again with; twice, it would have two inspectors.
    env: { MALLOC_ARENA_MAX: '1', MONITOR_DETECT_CONCURRENCY: '5', LOG_MAX_SIZE_MB: '500' },
    nodeOptions: ['--inspect=127.0.0.1:0'],
    onLine: (line) => {
      const url = /Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (url) inspector.resolve(url);
      readLogLine(line, tally);
    },
  });
  try {
    return await underLoad(product, await inspector.promise, tally, dataDir);
  } finally {
    await product.stop();
  }
}

function readLogLine(line: string, tally: Tally): void {
  if (!line.startsWith('{')) return;
  const { level, msg } = JSON.parse(line) as { level: number; msg: string };
  if (level >= errorLevel) tally.fault(`log: ${msg}`, line);
  else if (level > 30) tally.count('warnings');
}

async function underLoad(product: Product, inspectorUrl: string, tally: Tally, dataDir: string) {
  const ending = new AbortController();
  const ask = createAskProduct(product, tally, ending.signal);
  const channels = await addChannels(ask);
  const collector = await connectGarbageCollector(inspectorUrl);
  const load = Promise.all([
    loadProduct(ask, channels, ending.signal),
    listenToEvents(product, tally, briefClients, ending.signal),
  ]);
  const seen = await watch(product, collector);
  collector.close();
  // Runs are in progress now, so the stop cuts some off.
  const exiting = product.stop();
  ending.abort();
  const [exit] = await Promise.all([exiting, load]);
  await Promise.all(channels.map(({ provider }) => provider.close()));
  const leftovers = await readLeftovers(dataDir, Date.now() / 1000);
  const report = closingReport({ minutes: seen, tally, exit, leftovers });
  console.log(report);
  return report.endsWith('good');
}

/** Samples every ten seconds and prints a row a minute. */
async function watch(product: Product, collector: GarbageCollector): Promise<Minute[]> {
  const startedAt = performance.now();
  const atS = () => (performance.now() - startedAt) / 1000;
  const seen: Minute[] = [];
  console.log(tableHead);
  for (let minute = 1; minute <= minutes; minute += 1) {
    const row: Minute = { samples: [], collected: [] };
    while (row.samples.length < samplesPerMinute) {
      const dueS = (minute - 1) * 60 + (row.samples.length + 1) * (60 / samplesPerMinute);
      await pause(Math.max(0, (dueS - atS()) * 1000));
      row.samples.push(await sampleProduct(product, atS()));
      await collector.collect();
      row.collected.push(await sampleProduct(product, atS()));
    }
    seen.push(row);
    console.log(tableRow(minute, row));
  }
  return seen;
}
