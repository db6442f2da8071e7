import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { withHarbour } from '../harbour.ts';
import { eventually, type Stage } from '../stage.ts';

/** Whether anything is drawn on the canvas of this chart. */
async function isDrawn(page: Page, name: string): Promise<boolean> {
  const canvas = page.getByRole('img', { name, exact: true });
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d');
    return context?.getImageData(0, 0, width, height).data.some((value) => value !== 0) ?? false;
  });
}

export function describeAnalysis(stage: Stage): void {
  const harbour = withHarbour(stage);
  const address = (rest = '') => `/analysis.html?target_id=${harbour.id}${rest}`;

  it('shows the figures of a channel, its charts, and the table behind each', async () => {
    const page = await stage.open(address());
    await page.getByText('1 of 3 failed').waitFor();
    for (const name of ['Availability', 'Passed and failed', 'Latency', 'First token']) {
      await eventually(() => isDrawn(page, name)).toBe(true);
    }
    const panel = page
      .locator('.panel')
      .filter({ has: page.getByRole('img', { name: 'Availability' }) });
    await panel.getByText('Show as a table').click();
    await eventually(() => panel.locator('tbody tr').count()).toBe(24);
    // Two of three models. In an hour before the checks, each model was watched equally long.
    const available = await panel.locator('tbody tr').nth(11).locator('td').textContent();
    expect(available).toBe('66.7%');
    expect(await page.locator('.heat-row').count()).toBe(3);
    await page.getByRole('rowheader', { name: 'Rate limited' }).waitFor();
  });

  it('compares models, and its address restores the view', async () => {
    const page = await stage.open(address());
    await page.getByRole('checkbox', { name: 'Compare gpt-4o' }).check();
    await page.getByRole('checkbox', { name: 'Compare claude-haiku-4-5' }).check();
    await page.getByRole('button', { name: '7 days' }).click();
    await eventually(() => page.url()).toContain('range=7d&model=gpt-4o&model=claude-haiku-4-5');
    await page.goto(page.url());
    await page.getByText('gpt-4o p95').first().waitFor();
    expect(await page.getByRole('checkbox', { name: 'Compare gpt-4o' }).isChecked()).toBe(true);
  });

  it('in Chinese too, with the channels that offer the same model', async () => {
    const page = await stage.open(address('&model=gpt-4o'), { locale: 'zh-CN' });
    const panel = page.getByRole('region', { name: '同一模型在各渠道' });
    await panel.getByRole('link', { name: 'Harbour' }).waitFor();
    await panel.getByRole('link', { name: 'Inlet' }).waitFor();
    await eventually(() => isDrawn(page, '同一模型在各渠道')).toBe(true);
    await page.getByText('3 次中 1 次失败').waitFor();
  });

  it('a chart is saved as CSV', async () => {
    const page = await stage.open(address());
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Latency: CSV' }).click();
    expect((await download).suggestedFilename()).toBe('harbour-latency-24h.csv');
  });
}
