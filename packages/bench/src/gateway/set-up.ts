import { hash } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BudgetFields, budgetFields, recordOf } from '@api-monitor/core';
import { createProxyKey, createTarget, type OpenedDatabase, openDatabase } from '@api-monitor/db';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { finishOneRun, targetInput } from '../history.ts';
import { startServer } from '../servers/start-server.ts';
import { type Product, startProduct } from '../start-product.ts';
import {
  type Contender,
  contendersOf,
  isPaced,
  type Kind,
  kinds,
  modelName,
  type Origins,
} from './contenders.ts';
import { type Cores, moveFirstThread } from './cores.ts';
import { startProvider, startReverseProxy } from './nginx-servers.ts';

interface Options {
  folder: string;
  cores: Cores;
  /** Whether the product's api and worker, which write the records, share the gateway's core. */
  isAllOnOneCore: boolean;
  rounds: number;
  /** Of each contender's turn in a round. */
  seconds: number;
  nodeOptions: readonly string[];
  /** Another checkout with a built product, for comparison; its database has the same schema. */
  before: string | undefined;
}

/** What every case measures with. */
export interface Bench extends Pick<Options, 'folder' | 'rounds' | 'seconds'> {
  contenders: readonly Contender[];
  product: Product;
  /** Of the contenders that are processes. */
  pids: ReadonlyMap<string, number>;
  /** The text of a key with every budget. */
  budgetedKey: string;
  /** Channels to be probed while the gateway works. */
  probedIds: readonly number[];
}

const budgetedKey = 'sk-am-with-budgets-0123456789abcdef';
const gatewayKey = 'sk-am-of-the-benchmarks-0123456789';
const providerKey = 'sk-of-the-probed-channels-0123456789';
const dayMin = 1440;
const probedCount = 100;
const modelsEach = 10;
/** Like a fast provider: the first word after 300 ms, then 50 words a second. */
const probedPace = { latencyMs: 300, pieceDelayMs: 20 };

/** Starts everything, runs `work`, and stops everything. */
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
  { folder, cores, isAllOnOneCore, rounds, seconds, nodeOptions, before }: Options,
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
  const providers = { provider: provider.origin, streamProvider: streams.origin };
  const nginx = await startReverseProxy({ core: cores.contender, ...providers });
  onStop(nginx.stop);
  const args = [provider.origin, streams.origin];
  const bare = await startServer('bare-relay.ts', { args, core: cores.contender });
  onStop(bare.stop);
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const probedIds = await seed(dataDir, providers, probed.origin);
  const startGateway = async (dataFolder: string, checkout?: string) => {
    const product = await startProduct({
      ...(checkout === undefined ? {} : { checkout }),
      dataDir: dataFolder,
      core: cores.contender,
      nodeOptions,
      env: { LOG_LEVEL: 'warn' },
      onLine: (line) => line.startsWith('{') && console.error(line),
    });
    onStop(product.stop);
    if (!isAllOnOneCore) moveFirstThread(product.pid, cores.load);
    return product;
  };
  const pids = new Map([
    ['nginx', nginx.pid],
    ['bare', bare.pid],
  ]);
  const origins: Origins = { ...providers, nginx: nginx.origin, bare: bare.origin, gateway: '' };
  if (before !== undefined) {
    await cp(dataDir, join(folder, 'before'), { recursive: true });
    const other = await startGateway(join(folder, 'before'), before);
    origins.before = other.origin;
    pids.set('before', other.pid);
  }
  const product = await startGateway(dataDir);
  pids.set('gateway', product.pid);
  const contenders = contendersOf({ ...origins, gateway: product.origin }, gatewayKey);
  return { contenders, product, pids, folder, rounds, seconds, budgetedKey, probedIds };
}

function modelIds(): string[] {
  return Array.from({ length: modelsEach }, (_, n) => `gpt-4o-${n}`);
}

/**
 * Fills an empty data folder: a channel for each kind, its model just proven alive, a key with every kind
 * of limit, each too high to be reached, and the channels to be probed, whose ids it returns.
 */
async function seed(
  dataDir: string,
  providers: Pick<Origins, 'provider' | 'streamProvider'>,
  probedOrigin: string,
): Promise<number[]> {
  const nowS = Date.now() / 1000;
  const db = await openDatabase({ dataDir, now: () => nowS });
  try {
    const ids: number[] = [];
    for (const kind of kinds) {
      const origin = providers[isPaced(kind) ? 'streamProvider' : 'provider'];
      ids.push(await seedKind(db, kind, origin, nowS));
    }
    await seedKey(db, gatewayKey, { ids, nowS });
    await seedKey(db, budgetedKey, { ids, nowS, budgets: highBudgets });
    return await seedProbed(db, probedOrigin, nowS);
  } finally {
    await db.close();
  }
}

/** So that every answer has a cost. */
const prices = ['* = input 1, output 2'];

async function seedKind(db: OpenedDatabase, kind: Kind, origin: string, nowS: number) {
  const named = targetInput({ name: kind, base_url: `${origin}/${kind}`, api_key: providerKey });
  const { id } = await createTarget(db, { ...named, interval_min: dayMin, prices }, nowS);
  await finishOneRun(db, { targetId: id, models: 1, nowS });
  return id;
}

/** Too high to be reached. */
const highBudgets = recordOf(budgetFields, () => 1_000_000_000);

interface SeededKey {
  ids: number[];
  nowS: number;
  budgets?: Partial<BudgetFields>;
}

async function seedKey(
  db: OpenedDatabase,
  text: string,
  { ids, nowS, budgets = {} }: SeededKey,
): Promise<void> {
  const input = {
    name: text,
    allowed_target_ids: ids,
    allowed_models: kinds.map((kind) => `${kind}/${modelName}`),
    description: '',
    enabled: true,
    expires_at: nowS + 86_400,
    rpm_limit: 1_000_000_000,
    tpm_limit: 1_000_000_000_000,
    routing_policy: null,
    ...budgets,
  };
  const secret = { key_hash: hash('sha256', text), key_prefix: text.slice(0, 10) };
  await createProxyKey(db, { ...input, ...secret }, nowS);
}

/** Disabled, so that they run only when asked. */
async function seedProbed(db: OpenedDatabase, base_url: string, nowS: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 1; index <= probedCount; index += 1) {
    const named = targetInput({ name: `Probed ${index}`, base_url, api_key: providerKey });
    ids.push((await createTarget(db, { ...named, enabled: false }, nowS)).id);
  }
  return ids;
}
