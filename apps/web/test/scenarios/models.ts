import { expect, it } from 'vitest';
import { withHarbour } from '../harbour.ts';
import { eventually, type Stage } from '../stage.ts';
import { visitorToken } from '../start-product.ts';

export function describeModels(stage: Stage): void {
  const harbour = withHarbour(stage);

  it('a model shows which channels offer it, and which one would be chosen', async () => {
    const page = await stage.open('/models.html?q=gpt-4o');
    const card = page.locator('.offered').filter({ hasText: 'gpt-4o' });
    await card.getByText('channels can serve').waitFor();
    await card.getByRole('button', { name: 'gpt-4o' }).click();
    await card.getByRole('link', { name: 'Harbour' }).waitFor();
    await card.getByRole('link', { name: 'Inlet' }).waitFor();
    await card.getByRole('button', { name: 'Messages' }).click();
    await card.getByText('never asked in this one').first().waitFor();
    await card.getByRole('button', { name: 'Chat' }).click();
    await card.getByText(/^(Harbour|Inlet) is tried first: /).waitFor();
    expect(page.url()).toContain('open=gpt-4o');
  });

  it('a visitor sees the order in each wire format too', async () => {
    const page = await stage.open('/models.html?open=gpt-4o', { token: visitorToken });
    await page.getByRole('button', { name: 'Messages' }).click();
    await page.getByText('never asked in this one').first().waitFor();
  });

  it('a dead model says why, and comes back without a reload, in Chinese too', async () => {
    const page = await stage.open('/models.html?q=haiku&open=claude-haiku-4-5', {
      locale: 'zh-CN',
    });
    await page.getByText('没有渠道可用：已失败，需重新验证').waitFor();
    await page.getByText(/^已失败，需重新验证 · 被限流/).waitFor();
    harbour.provider.setBehaviour('claude-haiku-4-5', 'good');
    await stage.product.call('POST', `/api/targets/${harbour.id}/run`);
    await page.getByText('唯一可用的渠道', { exact: true }).waitFor();
    harbour.provider.setBehaviour('claude-haiku-4-5', 'http_429_for_a_minute');
  });

  it('a search without results says so, and can be cleared', async () => {
    const page = await stage.open('/models.html?q=nothing-like-it');
    await page.getByRole('button', { name: 'Show all models' }).click();
    await eventually(() => page.locator('.offered').count()).toBeGreaterThan(1);
    expect(page.url()).not.toContain('q=');
  });
}
