import type { Page } from 'playwright-core';
import { sampleBalance } from './sample-balance.ts';
import { spreadOverRange } from './sample-history.ts';
import type { Scene } from './scene.ts';
import type { Product } from './start-product.ts';

const asIs = async () => {};

/** The pages with figures before there is any data. */
export const emptyDataScenes: readonly Scene[] = ['models', 'requests', 'spend'].map((name) => ({
  name: `${name}-empty`,
  prepare: asIs,
  show: async (page, origin) => {
    await page.goto(`${origin}/${name}.html`);
    await page.locator('.state, .panel-none').filter({ visible: true }).first().waitFor();
  },
}));

/** What was spent today, as if it had been spent over a month. */
async function withMonth(page: Page): Promise<void> {
  await page.route('**/api/proxy/spend?*', async (route) => {
    const response = await route.fetch();
    const spend: SpendAnswer = await response.json();
    for (const [at, item] of spend.items.entries()) spreadOverDays(item, at);
    for (const name of spentNames)
      spend.total[name] = spend.items.reduce((sum, item) => sum + item[name], 0);
    spend.total.costs = spend.total.costs.map((_, day) =>
      spend.items.reduce((sum, { costs }) => sum + (costs[day] ?? 0), 0),
    );
    await route.fulfill({ response, json: spend });
  });
}

const spentNames = ['cost', 'requests', 'input_tokens', 'output_tokens'] as const;
type Spent = Record<(typeof spentNames)[number], number> & { costs: number[] };

interface SpendAnswer {
  items: Spent[];
  total: Spent;
}

function spreadOverDays(item: Spent, seed: number): void {
  const times = item.costs.map((_, day) => Math.round(90 * (2 + Math.sin(day * 0.9 + seed))));
  const inAll = times.reduce((sum, one) => sum + one, 0);
  item.costs = times.map((one) => item.cost * one);
  for (const name of spentNames) item[name] *= inAll;
}

async function withHistory(page: Page): Promise<void> {
  await page.route('**/analysis?*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: spreadOverRange(await response.json()) });
  });
  await page.route('**/balance?*', async (route) => {
    const response = await route.fetch();
    const { item } = await response.json();
    await route.fulfill({ response, json: { item: sampleBalance(item, Date.now() / 1000) } });
  });
}

/** The same pages after channels were checked and clients sent requests. */
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
    name: 'analysis-balance',
    prepare: asIs,
    show: async (page, origin) => {
      await withHistory(page);
      await page.goto(`${origin}/analysis.html?target_id=1&range=30d`);
      await page.locator('#balance canvas').waitFor();
      await page.locator('#balance details').evaluate((it) => it.setAttribute('open', ''));
      await page.locator('#balance').scrollIntoViewIfNeeded();
      await page.locator('#balance').evaluate((it) => it.scrollIntoView());
    },
  },
  {
    name: 'analysis-errors',
    prepare: asIs,
    show: async (page, origin) => {
      await withHistory(page);
      await page.goto(`${origin}/analysis.html?target_id=2&range=30d`);
      await page.locator('.errors tbody tr').first().waitFor();
      await page.locator('.errors').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'form-money',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(origin);
      await page.locator('[data-balance]').first().waitFor();
      await page.locator('.channel-actions button').nth(1).click();
      await page.locator('[role=menuitem]').first().click();
      await page.locator('dialog[open] #head-channel-money').click();
      await page.locator('dialog[open] [name=ask_usage]').scrollIntoViewIfNeeded();
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
  ...['model', 'tag'].map((group) => ({
    name: `spend-${group}`,
    prepare: async (product: Product) => {
      await product.call('PATCH', '/api/targets/1', {
        tags: ['eu', 'cheap'],
        price_multiplier: 0.4,
      });
      await product.call('PATCH', '/api/targets/3', { tags: ['eu'] });
    },
    show: async (page: Page, origin: string) => {
      await withMonth(page);
      await page.goto(`${origin}/spend.html?by=${group}`);
      await page.locator('#spend-table tbody tr').first().waitFor();
    },
  })),
  {
    name: 'requests-priced',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(`${origin}/requests.html?outcome=ok`);
      await page.locator('.request-head').first().click();
      await page.locator('.request-detail').scrollIntoViewIfNeeded();
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

const pages = {
  viewer: '/viewer.html?target_id=2',
  analysis: '/analysis.html?target_id=1',
  models: '/models.html',
  requests: '/requests.html',
  spend: '/spend.html',
};

/** Lets the model answer that the previous scene left hanging. */
const endRun: Scene['prepare'] = async (_product, [, tokyo]) => {
  tokyo?.setBehaviour('kimi-k2', 'paced');
};

/** The same pages while the server is unreachable, both from the start and after they were loaded. */
export const unreachableScenes: readonly Scene[] = [
  ...Object.entries(pages).map(([name, path]) => ({
    name: `${name}-unreachable`,
    prepare: endRun,
    show: async (page: Page, origin: string) => {
      await page.route('**/api/**', (route) => route.abort());
      await page.goto(origin + path);
      await page.locator('.state').filter({ visible: true }).first().waitFor();
    },
  })),
  {
    name: 'viewer-stale',
    prepare: asIs,
    show: async (page, origin) => {
      await page.goto(origin + pages.viewer);
      await page.locator('.probe-open').first().waitFor();
      await page.route('**/api/**', (route) => route.abort());
      await page.locator('.run').nth(1).click();
      await page.locator('.stale').filter({ visible: true }).waitFor();
    },
  },
];

/** A run that doesn't end, because one of the channel's models never answers. */
export const runningScene: Scene = {
  name: 'viewer-running',
  prepare: async (_product, [, tokyo]) => {
    tokyo?.setBehaviour('kimi-k2', 'hang_before_headers');
  },
  show: async (page, origin) => {
    await page.goto(origin + pages.viewer);
    await page.locator('.probe-open').first().waitFor();
    const check = page.locator('.page-actions .button-primary');
    if ((await check.getAttribute('aria-disabled')) !== 'true') await check.click();
    await page.locator('.run .is-running').waitFor();
    await page.waitForTimeout(800);
  },
};
