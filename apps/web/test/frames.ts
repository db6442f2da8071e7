import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import type { Browser, Page } from 'playwright-core';
import { buildPages } from './build-pages.ts';
import { launchBrowser } from './launch-browser.ts';
import { measureFrames, scrollFor } from './measure-frames.ts';
import { writePastChecks } from './past-checks.ts';
import { spreadOverRange } from './sample-history.ts';
import { providerKey, rememberedToken } from './stage.ts';
import { apiToken, type Product, startProduct } from './start-product.ts';

/**
 * Measures which frames take more than 50 ms, page by page, with 200 channels of 50 models. Run by
 * hand; the same machine also runs the server and the provider, which makes frames slower.
 * `node test/frames.ts [part of a path…]`
 */
const channels = 200;
const models = 50;
const pastRuns = 400;

interface Scene {
  path: string;
  ready: string;
  before?(page: Page): Promise<void>;
  /** Runs while the frames are measured. */
  actions: Record<string, (page: Page, product: Product) => Promise<void>>;
}

const scrolls = (page: Page) => scrollFor(page, 4000);

const scenes: readonly Scene[] = [
  {
    path: '/?open=1,2,3',
    ready: '.model',
    actions: { scroll: scrolls, 'runs of 16 channels': runsOf(16) },
  },
  {
    path: '/models.html?open=model-7',
    ready: '.offered .table',
    actions: {
      scroll: scrolls,
      search: typed('model-1'),
      'a card opened': async (page) => {
        await page.locator('.offered .channel-toggle').nth(2).click();
        await page.waitForTimeout(2500);
      },
      'runs of 16 channels': runsOf(16),
    },
  },
  {
    path: '/viewer.html?target_id=1&run_id=all',
    ready: '.probe-open',
    actions: { scroll: scrolls, search: typed('model-1 large'), 'a run': runsOf(1) },
  },
  {
    path: '/requests.html',
    ready: '.request',
    actions: {
      scroll: scrolls,
      'requests come in': receiveRequests,
      'older ones': async (page) => {
        await page.locator('.tail-older').click();
        await page.waitForTimeout(2500);
      },
    },
  },
  {
    path: '/analysis.html?target_id=1&range=90d',
    ready: '.heat-row',
    before: async (page) => {
      await page.route('**/analysis?*', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: spreadOverRange(await response.json()) });
      });
    },
    actions: {
      scroll: scrolls,
      'a table unfolded': async (page) => {
        await page.locator('.panel-table summary').first().click();
        await page.waitForTimeout(1500);
      },
      'another range': async (page) => {
        await page.locator('.segmented button').nth(2).click();
        await page.waitForTimeout(3000);
      },
      compare: async (page) => {
        for (let model = 0; model < 4; model += 1) {
          await page.locator('.heat-model').nth(model).click();
          await page.waitForTimeout(400);
        }
      },
      'a run': runsOf(1),
    },
  },
];

function typed(text: string) {
  return async (page: Page) => {
    await page.locator('#search').pressSequentially(text, { delay: 120 });
    await page.locator('#search').fill('');
    await page.waitForTimeout(500);
  };
}

function runsOf(count: number) {
  return async (page: Page, product: Product) => {
    for (let id = 1; id <= count; id += 1) {
      await product.call('POST', `/api/targets/${id}/run`).catch(() => {});
    }
    await page.waitForTimeout(12_000);
  };
}

async function receiveRequests(page: Page, product: Product): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) {
    for (let model = 0; model < 4; model += 1) await product.ask(`model-${model}`);
    await page.waitForTimeout(150);
  }
}

/** Adds as many channels and models as one installation should handle, each checked once. */
async function fill(product: Product, provider: FakeProvider): Promise<void> {
  for (let index = 1; index <= channels; index += 1) {
    await product.call('POST', '/api/targets', {
      name: `Relay ${index}`,
      base_url: provider.origin,
      api_key: providerKey,
      interval_min: 1440,
    });
  }
  const isChecked = async () => {
    const { items } = (await product.call('GET', '/api/targets?history=0')) as {
      items: { running: boolean; last_run_at: number | null }[];
    };
    return items.every((it) => !it.running && it.last_run_at !== null);
  };
  while (!(await isChecked())) await new Promise((resolve) => setTimeout(resolve, 1000));
  writePastChecks(product.dataDir, {
    targetId: 1,
    days: 80,
    runsADay: pastRuns / 80,
    run: (day) => ({ success: models - (day % 3), fail: day % 3 }),
  });
  for (let request = 0; request < 200; request += 1) await product.ask(`model-${request % models}`);
}

async function measureScene(browser: Browser, product: Product, scene: Scene): Promise<void> {
  const storageState = rememberedToken(product.origin, apiToken);
  const context = await browser.newContext({ storageState, locale: 'en-US' });
  const page = await context.newPage();
  await scene.before?.(page);
  await page.goto(product.origin + scene.path);
  await page.locator(scene.ready).first().waitFor();
  await page.waitForTimeout(2000);
  for (const [name, action] of Object.entries(scene.actions)) {
    const { workMs, long, longestMs, scriptMs, layoutMs, culprit } = await measureFrames(page, () =>
      action(page, product),
    );
    console.log(
      `${scene.path} | ${name} | ${workMs} ms | ${long} | ${longestMs} ms | ${layoutMs} ms | ${scriptMs} ms ${culprit}`,
    );
  }
  await context.close();
}

await buildPages();
const provider = await startFakeProvider({
  apiKey: providerKey,
  models: Object.fromEntries(
    Array.from({ length: models }, (_, index) => [`model-${index}`, 'good']),
  ),
});
const [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
try {
  await fill(product, provider);
  const wanted = process.argv.slice(2);
  console.log(
    'page | while | work in all frames | frames over 50 ms | longest | of which layout and paint | scripts',
  );
  for (const scene of scenes) {
    if (wanted.length === 0 || wanted.some((it) => scene.path.includes(it)))
      await measureScene(browser, product, scene);
  }
} finally {
  await browser.close();
  await product.stop();
  await provider.close();
}
