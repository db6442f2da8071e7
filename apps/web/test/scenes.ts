import type { BehaviourName, FakeProvider, FakeProviderOptions } from '@api-monitor/fake-provider';
import { adminScenes } from './admin-scenes.ts';
import { alertScenes } from './alert-scenes.ts';
import { dataScenes, emptyDataScenes, runningScene, unreachableScenes } from './data-scenes.ts';
import { evidenceScenes, oddProviders } from './evidence-scenes.ts';
import { publicScenes } from './public-scenes.ts';
import type { Scene } from './scene.ts';
import { providerKey } from './stage.ts';
import type { Product } from './start-product.ts';

interface SceneChannel {
  name: string;
  path: string;
  models: Record<string, BehaviourName>;
  latencyMs: number;
  interval_min: number;
  /** Behaviours of models in every n-th round. */
  moods?: Record<string, { every: number; behaviour: BehaviourName }>;
  /** Behaviours of the last rounds. */
  breaks?: Record<string, BehaviourName>;
  isKeyWrong?: boolean;
  isPaused?: boolean;
  /** Dollars of credit that it says it has. */
  credit?: number;
  /** Whether the answers are checked, which the fake models get wrong. */
  isAnswerChecked?: boolean;
}

const rounds = 30;
const breakingRounds = 5;

const channels: readonly SceneChannel[] = [
  {
    name: 'Aurora Relay',
    path: '/aurora',
    latencyMs: 40,
    credit: 48,
    interval_min: 30,
    models: {
      'claude-haiku-4-5': 'paced',
      'claude-opus-4-1': 'paced',
      'claude-sonnet-4-5': 'paced',
      'gemini-2.5-flash': 'paced',
      'gemini-2.5-pro': 'paced',
      'gpt-4o': 'paced',
      'gpt-4o-mini': 'paced',
      'gpt-5.1': 'paced',
      'gpt-5.1-codex': 'paced',
      'text-embedding-3-large': 'good',
    },
    moods: { 'gpt-4o': { every: 13, behaviour: 'http_503' } },
  },
  {
    name: 'Tokyo Gateway',
    path: '/tokyo',
    latencyMs: 60,
    interval_min: 15,
    models: {
      'claude-opus-4-1': 'paced',
      'deepseek-v3.2': 'paced',
      'gemini-3-pro': 'paced',
      'gpt-4.1': 'paced',
      'kimi-k2': 'paced',
      'qwen3-max': 'paced',
      'whisper-1': 'good',
    },
    moods: { 'gemini-3-pro': { every: 7, behaviour: 'http_500' } },
    breaks: { 'claude-opus-4-1': 'page_403', 'qwen3-max': 'http_429_for_a_minute' },
  },
  {
    name: 'DeepSeek direct',
    path: '/deepseek',
    latencyMs: 30,
    interval_min: 5,
    models: { 'deepseek-chat': 'paced', 'deepseek-reasoner': 'thought_then_text' },
    isAnswerChecked: true,
  },
  {
    name: 'Free tier',
    path: '/free',
    latencyMs: 20,
    credit: 0.4,
    interval_min: 60,
    models: { 'glm-4.6': 'good', 'gpt-4o-mini': 'good', 'llama-3.3-70b': 'good' },
    moods: { 'glm-4.6': { every: 4, behaviour: 'http_402' } },
  },
  {
    name: 'Expired account',
    path: '/expired',
    latencyMs: 5,
    interval_min: 60,
    models: { 'gpt-4o': 'good' },
    isKeyWrong: true,
  },
  {
    name: 'Gemini lab',
    path: '/lab',
    latencyMs: 25,
    interval_min: 30,
    models: { 'gemini-2.5-flash-lite': 'paced', 'gemini-3-flash': 'paced' },
    isPaused: true,
  },
];

export function providersOf(): FakeProviderOptions[] {
  const own = channels.map(({ models, latencyMs, credit: left }) => {
    let request = 0;
    // A slow wave over the requests, so that the bars differ in height.
    const pace = () => {
      request += 1;
      const share = 1 + 0.45 * Math.sin(request / 23) + 0.35 * Math.sin(request * 1.7);
      return { latencyMs: latencyMs * share, pieceDelayMs: 4 * share };
    };
    const account = { used: 0, perRequest: 0.001, kind: 'new_api', multiplier: 0.8 } as const;
    const credit = left === undefined ? {} : { account: { ...account, left } };
    return { apiKey: providerKey, models, pace, ...credit };
  });
  return [...own, ...oddProviders];
}

async function addChannels(product: Product, providers: readonly FakeProvider[]) {
  for (const [index, channel] of channels.entries()) {
    await product.call('POST', '/api/targets', {
      name: channel.name,
      base_url: `${providers[index]?.origin}${channel.path}`,
      api_key: channel.isKeyWrong ? 'sk-expired-0000000000' : providerKey,
      interval_min: channel.interval_min,
      source_url: channel.isPaused ? null : `https://example.com${channel.path}`,
      enabled: !channel.isPaused,
      ...(channel.isAnswerChecked ? {} : { prompt: 'Which model are you?' }),
    });
  }
}

/** Runs every channel once and waits for the end. */
async function runAll(product: Product): Promise<void> {
  const list = () =>
    product.call('GET', '/api/targets?history=0') as Promise<{
      items: { id: number; running: boolean }[];
    }>;
  // The schedule may have just started a run.
  const start = (id: number) => product.call('POST', `/api/targets/${id}/run`).catch(() => {});
  await Promise.all((await list()).items.map(({ id }) => start(id)));
  const pollMs = 25;
  while ((await list()).items.some((it) => it.running)) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function fillHistory(product: Product, providers: readonly FakeProvider[]): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { models, moods = {}, breaks = {} }] of channels.entries()) {
      for (const [model, usual] of Object.entries(models)) {
        const mood = moods[model];
        const isMoodRound = mood !== undefined && round % mood.every === mood.every - 1;
        const broken = round >= rounds - breakingRounds ? breaks[model] : undefined;
        providers[index]?.setBehaviour(model, broken ?? (isMoodRound ? mood.behaviour : usual));
      }
    }
    await runAll(product);
  }
}

async function breakAll(product: Product, providers: readonly FakeProvider[]): Promise<void> {
  for (const [index, { models }] of channels.entries()) {
    for (const model of Object.keys(models)) providers[index]?.setBehaviour(model, 'http_503');
  }
  await runAll(product);
}

/** Fails a number of client requests to a model, all sent at once, which counts as one failure. */
async function failTraffic(
  product: Product,
  provider: FakeProvider | undefined,
  { name, failures }: { name: string; failures: number },
): Promise<void> {
  provider?.setBehaviour(name.slice(name.indexOf('/') + 1), 'http_500');
  await Promise.all(Array.from({ length: failures }, () => product.ask(name)));
}

/** One model fails for clients, and soon for its single probes too. */
async function breakTraffic(product: Product, providers: readonly FakeProvider[]): Promise<void> {
  const [, tokyo] = providers;
  await failTraffic(product, tokyo, { name: 'Tokyo Gateway/gpt-4.1', failures: 4 });
}

export const scenes: readonly Scene[] = [
  {
    name: 'empty',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(origin);
      await page.locator('.state-art').waitFor();
    },
  },
  ...emptyDataScenes,
  {
    name: 'busy',
    prepare: async (product, providers) => {
      await addChannels(product, providers);
      await fillHistory(product, providers);
    },
    show: async (page, origin) => {
      await page.goto(`${origin}/?open=2`);
      await page.locator('.model').last().waitFor();
    },
  },
  {
    name: 'traffic',
    prepare: breakTraffic,
    show: async (page, origin) => {
      await page.goto(`${origin}/?open=2`);
      await page.locator('.model-live, .model-trouble').first().waitFor();
    },
  },
  ...dataScenes,
  ...evidenceScenes(runAll),
  {
    name: 'form',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(origin);
      await page.locator('.summary-actions .button-primary').click();
    },
  },
  runningScene,
  ...unreachableScenes,
  ...alertScenes,
  ...publicScenes,
  ...adminScenes,
  {
    name: 'broken',
    prepare: breakAll,
    show: async (page, origin) => {
      await page.goto(origin);
      await page.locator('.channel').last().waitFor();
    },
  },
  {
    name: 'docs',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/docs/api#post-api-targets`);
      await page.locator('.call[open]').waitFor();
    },
  },
];
