import { setTimeout as pause } from 'node:timers/promises';
import { createTarget, openDatabase } from '@api-monitor/db';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { finishOneRun, targetInput } from '../history.ts';
import type { Product } from '../start-product.ts';

const providerKey = 'sk-of-the-memory-bench-0123456789';
const channelCount = 20;
const modelsEach = 30;
const families = ['gpt-4o', 'gpt-5.1', 'claude-sonnet-4-5', 'gemini-2.5-pro'];
const dayMin = 1440;
const runPatienceMs = 180_000;

/** The model whose answers are the paced streams, as the gateway names it. */
export const streamModel = 'paced/vendor/model-0';

/** Puts the channel of the streams, its model proven, into an empty data folder. */
export async function seedStreams(dataDir: string, origin: string): Promise<void> {
  const nowS = Date.now() / 1000;
  const db = await openDatabase({ dataDir, now: () => nowS });
  try {
    const named = targetInput({ name: 'paced', base_url: `${origin}/paced`, api_key: providerKey });
    const { id } = await createTarget(db, { ...named, interval_min: dayMin }, nowS);
    await finishOneRun(db, { targetId: id, models: 1, nowS });
  } finally {
    await db.close();
  }
}

/** Adds 20 channels with 30 models each, and waits until each has had a run. */
export async function fillProduct(product: Product): Promise<FakeProvider> {
  const names = Array.from({ length: modelsEach }, (_, n) => `${families[n % 4]}-${n}`);
  const provider = await startFakeProvider({
    apiKey: providerKey,
    models: Object.fromEntries(names.map((name) => [name, 'paced'])),
    pace: () => ({ latencyMs: 60, pieceDelayMs: 5 }),
  });
  const headers = { 'content-type': 'application/json' };
  for (let n = 1; n <= channelCount; n += 1) {
    const fields = { name: `Channel ${n}`, base_url: provider.origin, api_key: providerKey };
    const body = JSON.stringify(fields);
    const answer = await product.fetch('/api/targets', { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`channel not added: ${await answer.text()}`);
  }
  await untilRun(product);
  return provider;
}

interface ListedTarget {
  last_run_at: number | null;
  last_total: number;
}

async function untilRun(product: Product): Promise<void> {
  const deadline = performance.now() + runPatienceMs;
  while (true) {
    const answer = await product.fetch('/api/targets?history=0');
    const { items } = (await answer.json()) as { items: ListedTarget[] };
    if (items.every(({ last_run_at, last_total }) => last_run_at !== null && last_total > 0))
      return;
    if (performance.now() > deadline) throw new Error('the channels were not run in time');
    await pause(1000);
  }
}
