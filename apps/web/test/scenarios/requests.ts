import { expect, it } from 'vitest';
import { withHarbour } from '../harbour.ts';
import { eventually, type Stage } from '../stage.ts';
import { visitorToken } from '../start-product.ts';

export function describeRequests(stage: Stage): void {
  const harbour = withHarbour(stage);

  it('a request appears without a reload, with its attempts', async () => {
    const page = await stage.open(`/requests.html?channel=${harbour.id}`);
    await page.getByText('No request matches the filters.').waitFor();
    expect(await stage.product.ask('Harbour/gpt-4o')).toBe(200);
    const request = page.locator('.request').filter({ hasText: 'Harbour/gpt-4o' });
    await request.getByRole('button').first().click();
    await request.getByRole('rowheader', { name: 'Harbour/gpt-4o' }).waitFor();
    await request.getByText('Request ID').waitFor();
  });

  it('failures are listed and added up, in Chinese too', async () => {
    expect(await stage.product.ask('Harbour/claude-haiku-4-5')).toBeGreaterThanOrEqual(400);
    const page = await stage.open('/requests.html?by=channel', { locale: 'zh-CN' });
    const failed = page.locator('.request').filter({ hasText: 'Harbour/claude-haiku-4-5' });
    await failed.first().waitFor();
    await page.getByLabel('按结果筛选').selectOption('ok');
    await eventually(() => failed.count()).toBe(0);
    expect(page.url()).toContain('outcome=ok');
    const failures = page.locator('.stat').filter({ hasText: '失败率' }).locator('dd');
    await eventually(() => failures.textContent()).toBe('0%');
    await page.getByLabel('按接口筛选').selectOption('embeddings');
    await eventually(() => page.url()).toContain('route=embeddings&outcome=ok');
    await page.getByText('没有请求符合筛选条件').waitFor();
    await page.getByLabel('按接口筛选').selectOption('');
    await page
      .getByRole('group', { name: '汇总' })
      .getByRole('button', { name: 'Harbour' })
      .click();
    await eventually(() => page.url()).toContain(`channel=${harbour.id}`);
  });

  it('requests that were not admitted are in no totals, so only their list is shown', async () => {
    const refused = await fetch(`${stage.product.origin}/v1/models`);
    expect(refused.status).toBe(401);
    const page = await stage.open('/requests.html?outcome=refused');
    await page.locator('.request').filter({ hasText: 'No key' }).first().waitFor();
    expect(await page.getByRole('heading', { name: 'Totals' }).isVisible()).toBe(false);
    expect(await page.locator('.stats').isVisible()).toBe(false);
    await page.getByLabel('Filter by outcome').selectOption('all');
    await page.getByRole('heading', { name: 'Totals' }).waitFor();
  });

  it('can be paused', async () => {
    const page = await stage.open('/requests.html');
    await page.locator('.request').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await stage.product.ask('Harbour/gpt-4o');
    await page.getByRole('button', { name: 'Show 1 new request' }).click();
    await page.getByRole('button', { name: 'Follow' }).waitFor();
  });

  it('what requests cost is on each of them, in their total, and on the page of spend', async () => {
    await stage.product.call('PATCH', `/api/targets/${harbour.id}`, {
      prices: ['gpt-4o = input 1000, output 1000'],
      tags: ['berth'],
    });
    const latest = `/api/proxy/requests?limit=1&target_id=${harbour.id}`;
    await eventually(async () => {
      await stage.product.ask('Harbour/gpt-4o');
      const { items } = (await stage.product.call('GET', latest)) as { items: { cost: number }[] };
      return items[0]?.cost;
    }).toBeGreaterThan(0.01);
    const page = await stage.open(`/requests.html?channel=${harbour.id}&model=gpt-4o`);
    await page
      .locator('.request-cost', { hasText: /^\$0\.0[1-9]/ })
      .first()
      .waitFor();
    expect(await page.locator('#requests-cost').textContent()).toMatch(/^\$\d/);
    const spend = await stage.open('/spend.html?by=tag&range=today');
    await spend.locator('#spend-table').getByText('berth').filter({ visible: true }).waitFor();
    expect(await spend.locator('#spend-total').textContent()).toMatch(/^\$0\.(?!00)/);
    await spend.getByRole('button', { name: 'Channel' }).click();
    await spend.locator('#spend-table').getByRole('link', { name: 'Harbour' }).waitFor();
    expect(spend.url()).toContain('?range=today&by=channel');
    await spend.getByRole('button', { name: 'From – to' }).click();
    await spend.locator('#spend-from').waitFor();
    await eventually(() => spend.url()).toMatch(/from=\d{4}-\d\d-\d\d&to=/);
    const link = (await spend.locator('#spend-unpriced a').getAttribute('href')) ?? '';
    const prices = await stage.open(link, { isAdmin: true });
    const top = () => prices.locator('#prices').evaluate((it) => it.getBoundingClientRect().top);
    await prices.locator('#prices').waitFor();
    await eventually(async () => Math.round(await top())).toBeLessThan(100);
  });

  it('visitors have no page of spend, and no link to it', async () => {
    const page = await stage.open('/spend.html', { token: visitorToken });
    await page.getByRole('heading', { name: 'Not available to visitors' }).waitFor();
    await eventually(() => page.locator('[data-page=spend]').isVisible()).toBe(false);
  });

  it('a visitor is told that the page is not available to them', async () => {
    const page = await stage.open('/requests.html', { token: visitorToken });
    await page.getByRole('heading', { name: 'Not available to visitors' }).waitFor();
  });
}
