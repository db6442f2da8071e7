import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { hostileModel, withHarbour } from '../harbour.ts';
import { eventually, providerKey, type Stage } from '../stage.ts';
import { visitorToken } from '../start-product.ts';

export function describeViewer(stage: Stage): void {
  const harbour = withHarbour(stage);
  const address = (rest = '') => `/viewer.html?target_id=${harbour.id}${rest}`;
  const runNow = async (id: number) => {
    await stage.product.call('POST', `/api/targets/${id}/run`);
    const isRunning = async () => {
      const { item } = (await stage.product.call('GET', `/api/targets/${id}`)) as {
        item: { running: boolean };
      };
      return item.running;
    };
    await eventually(isRunning).toBe(false);
  };
  const models = (page: Page) => page.locator('.probe-open').allTextContents();

  it('a failed check can be found and read in full, and its address restores the view', async () => {
    const page = await stage.open(address());
    await page.getByRole('heading', { name: 'Harbour' }).waitFor();
    await eventually(() => models(page)).toHaveLength(3);
    await page.getByRole('button', { name: /^Failed/ }).click();
    await eventually(() => models(page)).toEqual(['claude-haiku-4-5']);
    await page.locator('.probe-open').click();
    await page.locator('.detail').getByText('Rate limited').waitFor();
    const curl = await page.locator('.detail pre').last().textContent();
    expect(curl).toContain(`curl '${harbour.provider.origin}/v1/messages'`);
    expect(curl).toContain('$API_KEY');
    expect(curl).not.toContain(providerKey);
    await page.goto(page.url());
    await page.locator('.detail').getByText('Rate limited').waitFor();
    expect(await models(page)).toEqual(['claude-haiku-4-5']);
  });

  it('runs that are older than those of the first answer can be listed', async () => {
    await runNow(harbour.id);
    const page = await stage.open('/status.html');
    // As if there were more than 200.
    await page.route(/\/runs\?/, (route) =>
      route.continue({ url: route.request().url().replace('limit=200', 'limit=1') }),
    );
    await page.goto(stage.product.origin + address());
    const listed = page.locator('.run[data-tone]');
    await eventually(() => listed.count()).toBe(1);
    await page.locator('#older-runs').click();
    await eventually(() => listed.count()).toBe(2);
  });

  it('works in Chinese too, and starts a run', async () => {
    const page = await stage.open(address(), { locale: 'zh-CN' });
    await page.getByRole('searchbox').fill('gpt');
    await eventually(() => models(page)).toEqual(['gpt-4o']);
    const runs = page.locator('.run[data-tone]');
    const before = await runs.count();
    await page.getByRole('button', { name: '立即检测' }).click();
    await eventually(() => runs.count()).toBe(before + 1);
    await page.getByRole('button', { name: '立即检测' }).waitFor();
    expect(await models(page)).toEqual(['gpt-4o']);
    await page.getByText('通过', { exact: true }).first().waitFor();
  });

  it("a channel's answer is shown as text in the list, the detail and the file", async () => {
    const page = await stage.open(address('&q=onerror'));
    await page.getByRole('button', { name: hostileModel }).click();
    await page
      .locator('.detail-text')
      .filter({ hasText: `I am ${hostileModel}` })
      .first()
      .waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^harbour-\d+\.csv$/);
    const text = await readFile(await file.path(), 'utf8');
    expect(text.split('\r\n')[0]).toContain('timestamp,run_id,model,success');
    expect(text).toContain(hostileModel);
  });

  it('arrow keys move through the rows', async () => {
    const page = await stage.open(address());
    const first = page.locator('.probe-open').first();
    await first.focus();
    await page.keyboard.press('Enter');
    await page.locator('.detail').waitFor();
    await page.keyboard.press('ArrowDown');
    const [, second] = await models(page);
    await page
      .locator('.detail-title')
      .filter({ hasText: second ?? '?' })
      .waitFor();
    expect(await page.locator(':focus').textContent()).toBe(second);
    await page.keyboard.press('Escape');
    await eventually(() => page.locator('.detail').count()).toBe(0);
    expect(await page.locator(':focus').textContent()).toBe(second);
  });

  it('only the visible ones of 20,000 checks are drawn, up to the last', async () => {
    const page = await stage.open('/favicon.svg');
    await page.route('**/logs?*', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      const [row] = body.items;
      const items = Array.from({ length: 20_000 }, (_, index) => ({
        ...row,
        id: index + 1,
        model: `model-${index}`,
      }));
      await route.fulfill({ response, json: { ...body, count: items.length, items } });
    });
    await page.goto(stage.product.origin + address('&run_id=all'));
    await page.getByRole('button', { name: 'model-0', exact: true }).waitFor();
    expect(await page.locator('.probe-rows .probe').count()).toBeLessThan(80);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.getByRole('button', { name: 'model-19999', exact: true }).waitFor();
    expect(await page.locator('.probe-rows .probe').count()).toBeLessThan(80);
    const model = page.getByRole('combobox', { name: 'Filter by model' });
    await model.fill('model-1234');
    await eventually(() => models(page)).toEqual(['model-1234']);
    expect(page.url()).toContain('model=model-1234');
    await model.fill('no such');
    await model.press('Enter');
    await page.getByRole('button', { name: 'Show all checks' }).click();
    await eventually(() => page.locator('.probe-open').count()).toBeGreaterThan(10);
    expect(await model.inputValue()).toBe('');
  });

  it('a visitor can read, but not start a run', async () => {
    const page = await stage.open(address(), { token: visitorToken });
    await eventually(() => models(page)).toHaveLength(3);
    expect(await page.getByRole('button', { name: 'Check now' }).isVisible()).toBe(false);
  });

  it('an unknown channel is reported as missing', async () => {
    const page = await stage.open('/viewer.html?target_id=999999');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });
}
