import type { FakeProvider, FakeProviderOptions } from '@api-monitor/fake-provider';
import type { Page } from 'playwright-core';
import type { Scene } from './scene.ts';
import { providerKey } from './stage.ts';
import type { Product } from './start-product.ts';

const asIs = async () => {};

/** One for certain programs alone, and one without a list of models. They come last of all providers. */
export const oddProviders: readonly FakeProviderOptions[] = [
  {
    apiKey: providerKey,
    models: { 'claude-opus-4-1': 'only_claude_code', 'claude-sonnet-4-5': 'only_claude_code' },
  },
  {
    apiKey: providerKey,
    models: { 'glm-4.6': 'good', 'kimi-k2': 'good', 'qwen3-max': 'http_429_for_a_minute' },
  },
];

/** Channels of a kind that `scenes.ts` doesn't have: each shows what is known in another way. */
async function addOddChannels(product: Product, providers: readonly FakeProvider[]): Promise<void> {
  const [gate, listless] = providers.slice(-oddProviders.length);
  listless?.setModelList('status_404');
  const add = (fields: object) =>
    product.call('POST', '/api/targets', { api_key: providerKey, interval_min: 30, ...fields });
  await add({ name: 'Claude Code relay', base_url: gate?.origin, prompt: 'Which model are you?' });
  const models = ['glm-4.6', 'kimi-k2', 'qwen3-max'];
  await add({
    ...{ name: 'Relay without a list', base_url: listless?.origin, models },
    ...{ probe_requests_per_day: 500, prompt: 'Which model are you?' },
  });
  await add({ name: 'Moved away', base_url: 'http://127.0.0.1:9', models: ['gpt-4o'] });
  const [aurora, , , free] = providers;
  aurora?.removeModel('gpt-4o-mini');
  for (const model of ['glm-4.6', 'gpt-4o-mini', 'llama-3.3-70b']) {
    free?.setBehaviour(model, 'http_402');
  }
}

async function openRoutes(page: Page): Promise<void> {
  await page.locator('.routes summary').first().click();
}

/** What is known about wire formats, whole channels, and what checks cost. */
export function evidenceScenes(runAll: (product: Product) => Promise<void>): readonly Scene[] {
  return [
    {
      name: 'evidence',
      prepare: async (product, providers) => {
        await addOddChannels(product, providers);
        await runAll(product);
        // The gateway's answers prove further routes.
        for (const model of ['gpt-4o', 'claude-opus-4-1', 'deepseek-chat'])
          await product.ask(model);
      },
      show: async (page, origin) => {
        await page.goto(`${origin}/?open=1`);
        await page.locator('.model').last().waitFor();
        await openRoutes(page);
      },
    },
    {
      name: 'faults',
      prepare: asIs,
      show: async (page, origin) => {
        await page.goto(`${origin}/?status=trouble`);
        await page.locator('.problem').nth(1).waitFor();
        await page.locator('.problem').first().scrollIntoViewIfNeeded();
      },
    },
    {
      name: 'typed',
      prepare: asIs,
      show: async (page, origin) => {
        await page.goto(`${origin}/?q=relay+without&open=8`);
        await page.locator('.model').last().waitFor();
      },
    },
    {
      name: 'form-advanced',
      prepare: asIs,
      show: async (page, origin) => {
        await page.goto(`${origin}/?q=relay+without`);
        await page.locator('.channel-actions button').nth(1).click();
        await page.locator('[role=menuitem]').first().click();
        await page.locator('.form-cost').filter({ visible: true }).waitFor();
        await page.locator('dialog[open] #head-channel-models').click();
        await page.locator('[name=dont_probe]').fill('*-max');
        await page.locator('[name=models]').scrollIntoViewIfNeeded();
      },
    },
    {
      name: 'models-none',
      prepare: asIs,
      show: async (page, origin) => {
        await page.goto(`${origin}/models.html?state=none&open=qwen3-max`);
        await page.locator('.offered').first().waitFor();
      },
    },
    {
      name: 'viewer-list-failed',
      prepare: asIs,
      show: async (page, origin) => {
        await page.goto(`${origin}/viewer.html?target_id=8`);
        await page.locator('.probe-open').first().waitFor();
      },
    },
  ];
}
