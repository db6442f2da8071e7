import type { Page } from 'playwright-core';
import { spreadOverRange } from './sample-history.ts';
import type { Scene } from './scenes.ts';

const asIs = async () => {};

/** The pages with figures before there is anything to count. */
export const emptyDataScenes: readonly Scene[] = ['models', 'requests'].map((name) => ({
  name: `${name}-empty`,
  prepare: asIs,
  show: async (page, origin) => {
    await page.goto(`${origin}/${name}.html`);
    await page.locator('.state, .panel-none').filter({ visible: true }).first().waitFor();
  },
}));

async function withHistory(page: Page): Promise<void> {
  await page.route('**/analysis?*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: spreadOverRange(await response.json()) });
  });
}

/** The same with channels that have been checked, and clients that have asked. */
export const dataScenes: readonly Scene[] = [
  {
    name: 'viewer',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/viewer.html?target_id=2`);
      await page.locator('.probe-rows [data-tone=bad] .probe-open').first().click();
      await page.locator('.detail').waitFor();
    },
  },
  {
    name: 'viewer-all',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/viewer.html?target_id=2&run_id=all`);
      await page.locator('.probe-open').first().waitFor();
    },
  },
  {
    name: 'viewer-missing',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/viewer.html?target_id=999`);
      await page.locator('.state').filter({ visible: true }).waitFor();
    },
  },
  {
    name: 'analysis',
    prepare: asIs,
    show: async (page, origin) => {
      await withHistory(page);
      await page.goto(`${origin}/analysis.html?target_id=1&range=30d`);
      await page.locator('.heat-row').first().waitFor();
    },
  },
  {
    name: 'analysis-compare',
    prepare: asIs,
    show: async (page, origin) => {
      await withHistory(page);
      const compared = 'model=gpt-4o&model=claude-opus-4-1&model=gemini-2.5-pro';
      await page.goto(`${origin}/analysis.html?target_id=1&range=7d&${compared}`);
      await page.locator('.heat-row').first().waitFor();
      await page.locator('.heat').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'models',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/models.html?open=claude-opus-4-1`);
      await page.locator('.offered .table').waitFor();
    },
  },
  {
    name: 'requests',
    prepare: async (product) => {
      const models = ['gpt-4o', 'gpt-5.1', 'deepseek-chat', 'no-such-model', 'gemini-2.5-flash'];
      for (let turn = 0; turn < 40; turn += 1)
        await product.ask(models[turn % models.length] ?? '');
    },
    show: async (page, origin) => {
      await page.goto(`${origin}/requests.html`);
      await page.locator('.request').first().waitFor();
    },
  },
  {
    name: 'requests-detail',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/requests.html?outcome=upstream_error`);
      await page.locator('.request-head').first().click();
      await page.locator('.request-detail').scrollIntoViewIfNeeded();
    },
  },
];
