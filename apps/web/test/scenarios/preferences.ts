import { expect, it } from 'vitest';
import { cutFilters, eventually, overflowOf, type Stage, toggleOf } from '../stage.ts';

export function describePreferences(stage: Stage): void {
  it('the language comes from the browser, switches at once, and is remembered', async () => {
    const page = await stage.open('/', { locale: 'zh-CN' });
    await page.getByRole('button', { name: '添加渠道' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Add channel' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Add channel' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('the theme follows the system until another is chosen and remembered', async () => {
    const page = await stage.open('/', { colorScheme: 'dark' });
    const theme = () => page.locator('html').getAttribute('data-theme');
    expect(await theme()).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(theme).toBe('light');
    await page.getByRole('button', { name: 'System theme' }).click();
    await page.getByRole('button', { name: 'Light theme' }).click();
    await eventually(theme).toBe('dark');
    await page.reload();
    expect(await theme()).toBe('dark');
  });

  it('nothing overflows sideways, however wide the window is', async () => {
    const page = await stage.open('/');
    await toggleOf(page, 'Aurora').click();
    await page.locator('.model').first().waitFor();
    const widths = [360, 768, 1440];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
      expect([width, await cutFilters(page)]).toEqual([width, []]);
    }
    for (const path of ['/docs/api', '/docs/proxy', '/admin/login']) {
      await page.goto(stage.product.origin + path);
      await page.locator('.call summary, [name=password]').first().click();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
      }
    }
  });
}
