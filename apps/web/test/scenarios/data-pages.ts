import { describe, expect, it } from 'vitest';
import { violationsInBothThemes } from '../accessibility-violations.ts';
import { withHarbour } from '../harbour.ts';
import { cutFilters, eventually, overflowOf, type Stage } from '../stage.ts';

/** Each page, and what is on it once it has loaded. */
const pages = {
  viewer: { path: '/viewer.html?target_id=', shown: '.probe-open', opens: '.detail' },
  analysis: { path: '/analysis.html?target_id=', shown: '.heat-row', opens: null },
  models: { path: '/models.html?open=gpt-4o&id=', shown: '.offered .table', opens: null },
  requests: { path: '/requests.html?id=', shown: '.panel', opens: null },
};

/** What is true for every page with figures. */
export function describeDataPages(stage: Stage): void {
  const harbour = withHarbour(stage);

  describe.each(Object.entries(pages))('the %s page', (_name, { path, shown, opens }) => {
    it('has no fault that axe can find', async () => {
      const page = await stage.open(path + harbour.id);
      await page.locator(shown).filter({ visible: true }).first().waitFor();
      if (opens) await page.locator(shown).first().click();
      if (opens) await page.locator(opens).waitFor();
      // A page is dimmed while it waits for a slow answer.
      const waiting = page.locator('[aria-busy="true"]').filter({ visible: true });
      await eventually(() => waiting.count()).toBe(0);
      expect(await violationsInBothThemes(page)).toEqual([]);
    });

    it('fits into any window, and has its filters in one row if there is room', async () => {
      const page = await stage.open(path + harbour.id, { viewport: { width: 360, height: 800 } });
      await page.locator(shown).filter({ visible: true }).first().waitFor();
      for (const width of [360, 768, 1280, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
        expect([width, await cutFilters(page)]).toEqual([width, []]);
        for (const toolbar of width < 1280 ? [] : await page.locator('.toolbar').all()) {
          expect((await toolbar.boundingBox())?.height).toBeLessThan(80);
        }
      }
    });
  });

  it.each([
    '/viewer.html?target_id=1',
    '/analysis.html?target_id=1',
    '/models.html',
    '/requests.html',
  ])('a stranger is asked for a token at %s', async (path) => {
    const page = await stage.open(path, { token: null });
    await page.getByRole('dialog', { name: 'Access token' }).waitFor();
  });
}
