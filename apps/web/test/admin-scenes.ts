import type { Page } from 'playwright-core';
import type { Scene } from './scene.ts';
import { adminPassword, type Product } from './start-product.ts';

async function addKeys(product: Product): Promise<void> {
  const add = (body: object) =>
    product.administer('POST', '/api/proxy/keys', body) as Promise<{
      item: { id: number };
      proxy_key: string;
    }>;
  const laptop = await add({
    ...{ name: 'My laptop', description: 'Claude Code and curl' },
    ...{ cost_per_month: 20, requests_per_day: 6, tokens_total: 150 },
    ...{ budget_time_zone: 'Asia/Shanghai', max_price: 30 },
  });
  const team = await add({ name: 'Team chat', allowed_target_ids: [1, 3], rpm_limit: 60 });
  await add({
    name: 'Nightly tests',
    allowed_models: ['DeepSeek direct/deepseek-chat'],
    tpm_limit: 200_000,
    expires_at: Math.ceil(Date.now() / 1000) + 30 * 86_400,
  });
  const old = await add({ name: 'Old laptop' });
  await product.administer('DELETE', `/api/proxy/keys/${old.item.id}`);
  await product.administer('PATCH', `/api/proxy/keys/${team.item.id}`, { enabled: false });
  for (let request = 0; request < 5; request += 1) {
    await fetch(`${product.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${laptop.proxy_key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: 'Hi' }],
      }),
    }).then((response) => response.arrayBuffer());
  }
}

function tab(name: string, ready: string, after?: (page: Page) => Promise<void>): Scene {
  return {
    name: `admin-${name}`,
    isAdmin: true,
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/admin.html?tab=${name}`);
      await page.locator(ready).filter({ visible: true }).first().waitFor();
      await after?.(page);
    },
  };
}

/** The login and every part of the administration. */
export const adminScenes: readonly Scene[] = [
  {
    name: 'login',
    prepare: async () => {},
    show: async (page, origin) => {
      await page.goto(`${origin}/admin/login`);
      await page.locator('[name=password]').waitFor();
    },
  },
  tab('settings', '.panel-row'),
  {
    ...tab('settings', '.panel-row', (page) =>
      page.locator('#routing-routing_policy').scrollIntoViewIfNeeded(),
    ),
    name: 'admin-routing',
    prepare: async (product) => {
      const settings = { routing_policy: 'weighted', patience_s: 90 };
      await product.administer('PATCH', '/api/admin/settings', settings);
    },
  },
  {
    ...tab('settings', '.panel-row', (page) => page.locator('#prices').scrollIntoViewIfNeeded()),
    name: 'admin-prices',
    prepare: async (product) => {
      const settings = { prices: ['my-model-* = input 2.5, output 10, cached_input 1.25'] };
      await product.administer('PATCH', '/api/admin/settings', settings);
    },
  },
  { ...tab('keys', '.key-row'), prepare: addKeys },
  {
    ...tab('keys', '.key-row', async (page) => {
      await page.locator('.admin-head .button-primary').filter({ visible: true }).click();
      await page.locator('dialog[open]').waitFor();
    }),
    name: 'admin-key-form',
  },
  tab('channels', '.panel-row'),
  tab('status', '.status-line'),
  tab('security', '.panel-row'),
  {
    ...tab('security', '.panel-row', async (page) => {
      await page.locator('.panel-row .button').filter({ visible: true }).first().click();
      await page.locator('dialog[open] [name=current_password]').fill(adminPassword);
      await page.keyboard.press('Enter');
      await page.locator('.qr').waitFor();
    }),
    name: 'admin-second-factor',
  },
  tab('audit', '.audit-row'),
  tab('transfer', '.panel'),
  tab('resources', '.stat', (page) => page.waitForTimeout(7000)),
];
