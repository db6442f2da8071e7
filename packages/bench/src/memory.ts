import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { quantile } from './gateway/figure.ts';
import { runStreams } from './gateway/streams.ts';
import { fillProduct, seedStreams, streamModel } from './memory/fill-product.ts';
import { type ProcessMemory, readMemory } from './memory/read-memory.ts';
import { startServer } from './servers/start-server.ts';
import { type Product, startProduct } from './start-product.ts';
import { withTempFolder } from './temp-folder.ts';

/**
 * `memory`: what the built product holds when it has just started, after the first runs of 20 channels with
 * 30 models each, when idle, with streams through the gateway, and when idle again (Linux).
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    /** Seconds before idle memory is read. */
    idle: { type: 'string', default: '60' },
    streams: { type: 'string', default: '500' },
    /** How long the streams last, after their ramp. */
    seconds: { type: 'string', default: '20' },
    /** Options for the product's Node. */
    node: { type: 'string', multiple: true, default: [] },
    /** Another checkout with a built product. */
    checkout: { type: 'string' },
  },
});
const key = 'sk-master-of-the-memory-bench-0123456789';
const idleMs = 1000 * Number(values.idle);
const settleMs = 5_000;
const rampMs = 2_500;
const samplePeriodMs = 500;
const prompt = 'lorem ipsum '.repeat(75);

console.log(
  '| when | resident MB | proportional MB | anonymous MB |\n| --- | ---: | ---: | ---: |',
);
await withTempFolder(async (dataDir) => {
  const streams = await startServer('stream-provider.ts');
  await seedStreams(dataDir, streams.origin);
  const product = await startProduct({
    dataDir,
    ...(values.checkout === undefined ? {} : { checkout: values.checkout }),
    nodeOptions: values.node,
    env: { PROXY_MASTER_TOKEN: key, UPSTREAM_ALLOW_PRIVATE: 'on', LOG_LEVEL: 'warn' },
    onLine: (line) => line.startsWith('{') && console.error(line),
  });
  try {
    await measure(product);
  } finally {
    await product.stop();
    await streams.stop();
  }
});

async function measure(product: Product): Promise<void> {
  await pause(settleMs);
  print('started, empty', await readMemory(product.pid));
  const provider = await fillProduct(product);
  print('after the runs', await readMemory(product.pid));
  await pause(idleMs);
  print(`idle for ${values.idle} s`, await readMemory(product.pid));
  await measureStreams(product);
  await pause(idleMs);
  print(`idle for ${values.idle} s again`, await readMemory(product.pid));
  await provider.close();
}

/** Prints the largest and the median sample, and how late the chunks were: late ones are kept in memory. */
async function measureStreams({ origin, pid }: Product): Promise<void> {
  const samples: ProcessMemory[] = [];
  const sampling = setInterval(
    () => void readMemory(pid).then((memory) => samples.push(memory)),
    samplePeriodMs,
  );
  const { firstByteMs, lateMs } = await runStreams({
    url: `${origin}/v1/chat/completions`,
    key,
    body: JSON.stringify({
      model: streamModel,
      stream: true,
      messages: [{ role: 'user', content: prompt }],
    }),
    streams: Number(values.streams),
    seconds: Number(values.seconds),
    rampMs,
  }).finally(() => clearInterval(sampling));
  const sorted = samples.toSorted((a, b) => a.residentMb - b.residentMb);
  print(`${values.streams} streams, median`, sorted[sorted.length >> 1]);
  print(`${values.streams} streams, most`, sorted.at(-1));
  const [first, late, lateP99] = [
    quantile(firstByteMs, 0.5),
    quantile(lateMs, 0.5),
    quantile(lateMs, 0.99),
  ];
  console.error(
    `first byte ${first.toFixed(1)} ms, chunks late by ${late.toFixed(1)} ms, p99 ${lateP99.toFixed(1)} ms`,
  );
}

function print(when: string, memory: ProcessMemory | undefined): void {
  if (!memory) return;
  const { residentMb, proportionalMb, anonymousMb } = memory;
  const cells = [residentMb, proportionalMb, anonymousMb].map((mb) => mb.toFixed(0));
  console.log(`| ${[when, ...cells].join(' | ')} |`);
}
