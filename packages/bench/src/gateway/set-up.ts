import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { startProduct } from '../start-product.ts';
import { startServer } from '../start-server.ts';
import type { Bench } from './bench.ts';
import { contendersOf } from './contenders.ts';
import { type Cores, moveFirstThread } from './cores.ts';
import { providerKey, seedChannels } from './seed-channels.ts';
import { startProvider } from './start-provider.ts';
import { startReverseProxy } from './start-reverse-proxy.ts';

export interface Options {
  folder: string;
  cores: Cores;
  rounds: number;
  seconds: number;
  nodeOptions: readonly string[];
}

const probedCount = 100;
const modelsEach = 10;
/** As a quick provider does: the first word after 300 ms, and then 50 words a second. */
const probedPace = { latencyMs: 300, pieceDelayMs: 20 };

/** Starts everything, lets `work` measure, and ends everything. */
export async function withBench(
  options: Options,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    await work(await start(options, (stop) => stops.push(stop)));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function start(
  { folder, cores, rounds, seconds, nodeOptions }: Options,
  onStop: (stop: () => Promise<unknown>) => void,
): Promise<Bench> {
  const provider = await startProvider(join(folder, 'provider'), cores.load);
  onStop(provider.stop);
  const streams = await startServer('stream-provider.ts');
  onStop(streams.stop);
  const probed = await startFakeProvider({
    apiKey: providerKey,
    models: Object.fromEntries(modelIds().map((id) => [id, 'paced'])),
    pace: () => probedPace,
  });
  onStop(probed.close);
  const nginx = await startReverseProxy({
    core: cores.contender,
    providerOrigin: provider.origin,
    streamProviderOrigin: streams.origin,
  });
  onStop(nginx.stop);
  const bare = await startServer('bare-relay.ts', {
    args: [provider.origin, streams.origin],
    core: cores.contender,
  });
  onStop(bare.stop);
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const origins = { provider: provider.origin, streamProvider: streams.origin };
  const given = { dataDir, origins, probedOrigin: probed.origin, probedCount };
  const { gatewayKey, probedIds } = await seedChannels(given);
  const product = await startProduct({
    dataDir,
    core: cores.contender,
    nodeOptions,
    env: { LOG_LEVEL: 'warn' },
    onLine: (line) => line.startsWith('{') && console.error(line),
  });
  onStop(product.stop);
  moveFirstThread(product.pid, cores.load);
  const all = { ...origins, nginx: nginx.origin, bare: bare.origin, gateway: product.origin };
  const contenders = contendersOf(all, gatewayKey);
  return { contenders, product, folder, rounds, seconds, probedIds };
}

function modelIds(): string[] {
  return Array.from({ length: modelsEach }, (_, n) => `gpt-4o-${n}`);
}
