import { writeFile } from 'node:fs/promises';
import { findNginx, installTimeoutMs, startNginx } from '@api-monitor/test-servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type Stage } from '../stage.ts';
import {
  adminPassword,
  apiToken,
  masterToken,
  type Product,
  startProduct,
} from '../start-product.ts';

/** Not on loopback for the browser, and without HTTPS, so it sends no Sec-Fetch-Site. */
const site = 'http://monitor.test';
const passwordFile = 'someone:{PLAIN}secret';

/**
 * An nginx with its default settings, which replace Host and send no X-Forwarded header, and with a password
 * check of its own; the product is below `/monitor/`.
 */
export function describeBehindProxy(stage: Stage): void {
  let product: Product;
  let nginx: Awaited<ReturnType<typeof startNginx>>;

  beforeAll(async () => {
    product = await startProduct({ BASE_PATH: '/monitor' });
    const listed = `${product.dataDir}/passwords`;
    await writeFile(listed, passwordFile, { mode: 0o644 });
    nginx = await startNginx({
      command: [await findNginx()],
      server: `
        location /monitor {
          auth_basic "the team"; auth_basic_user_file ${listed};
          proxy_pass ${product.origin};
        }
        location /stripped/monitor/ { proxy_pass ${product.origin}/; }
        location /v1/ { proxy_pass ${product.origin}; }`,
    });
  }, installTimeoutMs);

  afterAll(async () => {
    await nginx?.stop();
    await product?.stop();
  });

  // Six pages, on a machine that may be busy.
  it('below a path, with a password of the proxy, everything works', {
    timeout: 60_000,
  }, async () => {
    const page = await stage.open('/status.html', {
      ...{ token: null, proxy: { server: nginx.origin } },
      httpCredentials: { username: 'someone', password: 'secret' },
    });
    const failures: string[] = [];
    page.on('response', (response) => {
      const isMissing = response.status() >= 400 && response.status() !== 401;
      if (isMissing) failures.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${site}/monitor`);
    expect(page.url()).toBe(`${site}/monitor/`);
    await page.getByLabel('Token', { exact: true }).fill(apiToken);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('.live[data-tone=ok]').waitFor();
    const { item } = (await product.call('POST', '/api/targets', {
      ...{ name: 'Below a path', base_url: stage.provider.origin, enabled: false },
      api_key: 'sk-unused-in-this-test',
    })) as { item: { id: number } };
    await page.getByText('Below a path').first().waitFor();

    await page.goto(`${site}/monitor/viewer.html?target_id=${item.id}`);
    await page.getByRole('link', { name: 'Gateway' }).first().click();
    await page.waitForURL(`${site}/monitor/docs/proxy`);
    await eventually(() => page.locator('input[name=address]').first().inputValue()).toBe(
      `${site}/monitor`,
    );
    await page.goto(`${site}/monitor/docs/api`);
    await page.locator('.call').first().waitFor();

    await page.goto(`${site}/monitor/admin.html?tab=keys`);
    await page.waitForURL(/\/monitor\/admin\/login/);
    await page.locator('input[type=password]').first().fill(adminPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site}/monitor/admin.html?tab=keys`);
    const cookies = await page.context().cookies();
    expect(new Set(cookies.map(({ path }) => path))).toEqual(new Set(['/monitor/']));
    const fonts = await page.evaluate(() => document.fonts.ready.then(({ size }) => size));
    expect([failures, fonts > 0]).toEqual([[], true]);
  });

  it.each(['/monitor/v1/models', '/v1/models'])('the gateway is at %s', async (path) => {
    const basic = `Basic ${Buffer.from('someone:secret').toString('base64')}`;
    const headers = { 'x-api-key': masterToken, authorization: basic };
    const response = await fetch(nginx.origin + path, { headers });
    expect([response.status, await response.json()]).toMatchObject([200, { object: 'list' }]);
  });

  it('a proxy may take the path off itself', async () => {
    const response = await fetch(`${nginx.origin}/stripped/monitor/`);
    expect(await response.text()).toContain('data-base="/monitor/"');
  });
}
