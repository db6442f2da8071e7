import { writePastChecks } from './past-checks.ts';
import type { Scene } from './scene.ts';
import type { Product } from './start-product.ts';

/** Which channels had a bad day, and how bad. */
const troubles: readonly { name: string; bad: Record<number, { from: number; fail: number }> }[] = [
  { name: 'Aurora Relay', bad: { 31: { from: 20, fail: 2 }, 77: { from: 10, fail: 1 } } },
  {
    name: 'Tokyo Gateway',
    bad: { 12: { from: 4, fail: 6 }, 13: { from: 0, fail: 6 }, 64: { from: 18, fail: 3 } },
  },
  { name: 'DeepSeek direct', bad: {} },
  {
    name: 'Free tier',
    bad: { 5: { from: 12, fail: 1 }, 40: { from: 0, fail: 4 }, 70: { from: 21, fail: 2 } },
  },
];
const models = 6;

async function publish(product: Product): Promise<void> {
  const { items } = (await product.call('GET', '/api/targets?history=0')) as {
    items: { id: number; name: string }[];
  };
  const idOf = (name: string) => items.find((it) => it.name === name)?.id ?? 0;
  for (const { name, bad } of troubles) {
    writePastChecks(product.dataDir, {
      targetId: idOf(name),
      days: 89,
      runsADay: 24,
      run: (day, run) => {
        const trouble = bad[day];
        const fail = trouble && run >= trouble.from ? trouble.fail : 0;
        return { success: models - fail, fail };
      },
    });
  }
  await product.administer('PATCH', '/api/admin/status-page', {
    enabled: true,
    title: 'Relay status',
    description: 'Every model behind these names is asked a real question, around the clock.',
    items: [
      { name: 'Aurora', target_id: idOf('Aurora Relay') },
      { name: 'Tokyo', target_id: idOf('Tokyo Gateway') },
      { name: 'DeepSeek', target_id: idOf('DeepSeek direct') },
      { name: 'Free tier', target_id: idOf('Free tier') },
      { name: 'GPT-4o', model: 'gpt-4o' },
    ],
  });
}

/** The guide to the gateway, and the public status page. */
export const publicScenes: readonly Scene[] = [
  {
    name: 'gateway',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/docs/proxy#claude-code`);
      await page.locator('#claude-code .code').first().waitFor();
    },
  },
  {
    name: 'gateway-top',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/docs/proxy`);
      await page.locator('datalist option').first().waitFor({ state: 'attached' });
    },
  },
  {
    name: 'gateway-reference',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/docs/proxy#models`);
      await page.locator('#models').waitFor();
    },
  },
  {
    name: 'status-off',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/status.html`);
      await page.locator('.state').first().waitFor();
    },
  },
  {
    name: 'status',
    prepare: publish,
    show: async (page, origin) => {
      await page.goto(`${origin}/status.html`);
      await page.locator('.status-item').first().waitFor();
    },
  },
];
