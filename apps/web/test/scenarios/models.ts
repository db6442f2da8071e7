import { expect, it } from 'vitest';
import { withHarbour } from '../harbour.ts';
import { eventually, type Stage } from '../stage.ts';

export function describeModels(stage: Stage): void {
  const harbour = withHarbour(stage);

  it('a model shows which channels offer it, and which one would be chosen', async () => {
    const page = await stage.open('/models.html?q=gpt-4o');
    const card = page.locator('.offered').filter({ hasText: 'gpt-4o' });
    await card.getByText('channels alive').waitFor();
    await card.getByRole('button', { name: 'gpt-4o' }).click();
    await card.getByRole('link', { name: 'Harbour' }).waitFor();
    await card.getByRole('link', { name: 'Inlet' }).waitFor();
    expect(await card.getByText('chosen now').filter({ visible: true }).count()).toBe(1);
    expect(page.url()).toContain('open=gpt-4o');
  });

  it('a dead model says why, and comes back without a reload, in Chinese too', async () => {
    const page = await stage.open('/models.html?q=haiku&open=claude-haiku-4-5', {
      locale: 'zh-CN',
    });
    await page.getByText('当前没有渠道可用').waitFor();
    await page.getByText('最近一次检测失败').waitFor();
    await page.getByText('被限流').waitFor();
    harbour.provider.setBehaviour('claude-haiku-4-5', 'good');
    await stage.product.call('POST', `/api/targets/${harbour.id}/run`);
    await page.getByText('已验证可用', { exact: true }).waitFor();
    harbour.provider.setBehaviour('claude-haiku-4-5', 'http_429');
  });

  it('a search without results says so, and can be cleared', async () => {
    const page = await stage.open('/models.html?q=nothing-like-it');
    await page.getByRole('button', { name: 'Show all models' }).click();
    await eventually(() => page.locator('.offered').count()).toBeGreaterThan(1);
    expect(page.url()).not.toContain('q=');
  });
}
