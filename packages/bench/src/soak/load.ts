import {
  type BehaviourName,
  behaviours,
  type FakeProvider,
  type ModelListName,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { every } from './every.ts';
import type { AskProduct } from './tally.ts';

/** A channel of the monitor, and the provider behind it. */
export interface SoakChannel {
  id: number;
  provider: FakeProvider;
}

const channelCount = 12;
const modelsEach = 20;
const providerKey = 'sk-soak-provider-0123456789';
/** One of each route: chat, responses, anthropic, gemini. */
const families = ['gpt-4o', 'gpt-5.1', 'claude-sonnet-4-5', 'gemini-2.5-pro'];
/** Those that hold a connection until the timeout are in every channel. */
const patience: readonly BehaviourName[] = ['hang_midway', 'endless_comments', 'gzip_bomb'];
const goodEach = 5;
const lists: readonly ModelListName[] = ['good', 'good', 'good', 'status_500', 'good', 'hang'];

/** Starts the providers and adds their channels, which together have every behaviour. */
export async function addChannels(ask: AskProduct): Promise<SoakChannel[]> {
  const channels: SoakChannel[] = [];
  for (let index = 0; index < channelCount; index += 1) {
    const isTls = index === channelCount - 1;
    const provider = await startFakeProvider({
      models: modelsOf(index),
      apiKey: providerKey,
      pace: () => ({ latencyMs: 60, pieceDelayMs: 5 }),
      ...(isTls ? { certificate: 'self_signed' as const } : {}),
    });
    const id = await addChannel(ask, `Channel ${index + 1}`, provider.origin);
    channels.push({ id, provider });
  }
  return channels;
}

function modelsOf(index: number): Record<string, BehaviourName> {
  const names = Object.keys(behaviours) as BehaviourName[];
  const perTurn = modelsEach - goodEach - patience.length;
  const turn = Array.from(
    { length: perTurn },
    (_, n) => names[(index * perTurn + n) % names.length],
  );
  const good = Array.from({ length: goodEach }, (): BehaviourName => 'paced');
  const chosen = [...good, ...patience, ...turn].flatMap((name) => name ?? []);
  return Object.fromEntries(
    chosen.map((name, n) => [`${families[(index + n) % families.length]}-${n}-${name}`, name]),
  );
}

/** Adds a channel; throws if the monitor refuses it. */
async function addChannel(ask: AskProduct, name: string, base_url: string): Promise<number> {
  const fields = { name, base_url, api_key: providerKey, timeout_s: 3, verify_ssl: false };
  const answer = await ask('POST', '/api/targets', { ...fields, interval_min: 1 });
  if (answer?.status !== 200) throw new Error(`channel not added: ${answer?.text}`);
  const { item } = JSON.parse(answer.text) as { item: { id: number } };
  return item.id;
}

/** Lets the first channel answer with another kind of model list each round. */
function changeModelList(channels: readonly SoakChannel[], round: number): void {
  const list = lists[round % lists.length];
  if (list) channels[0]?.provider.setModelList(list);
}

const runPeriodMs = 3000;
const pollPeriodMs = 2000;
const deletePeriodMs = 10_000;

/** Does everything that people do with the monitor, all at once, until `signal` aborts. */
export async function loadProduct(
  ask: AskProduct,
  channels: readonly SoakChannel[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    every(runPeriodMs, signal, async (round) => {
      changeModelList(channels, round);
      for (const { id } of channels) await ask('POST', `/api/targets/${id}/run`);
    }),
    every(pollPeriodMs, signal, (round) => pollPages(ask, channels, round)),
    every(deletePeriodMs, signal, (round) => deleteDuringRun(ask, channels, round)),
  ]);
}

/** Requests what the page requests. */
async function pollPages(ask: AskProduct, channels: readonly SoakChannel[], round: number) {
  const id = channels[round % channels.length]?.id;
  await ask('GET', '/api/targets');
  await ask('GET', '/api/dashboard');
  await ask('GET', `/api/targets/${id}`);
  await ask('GET', `/api/targets/${id}/runs`);
  await ask('GET', `/api/targets/${id}/logs?scope=all&limit=500`);
}

/** Deletes a channel while it runs, and disables another one meanwhile. */
async function deleteDuringRun(ask: AskProduct, channels: readonly SoakChannel[], round: number) {
  const [first, second] = channels;
  if (!first || !second || round % 2 === 0) return;
  const id = await addChannel(ask, `Temporary ${round}`, second.provider.origin).catch(() => null);
  if (id === null) return;
  await ask('POST', `/api/targets/${id}/run`);
  await ask('PATCH', `/api/targets/${second.id}`, { enabled: false });
  await ask('PATCH', `/api/targets/${second.id}`, { enabled: true });
  await ask('DELETE', `/api/targets/${id}`);
}
