import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violationsInBothThemes } from '../accessibility-violations.ts';
import { writePastChecks } from '../past-checks.ts';
import { eventually, overflowOf, providerKey, type Stage } from '../stage.ts';

const hostileName = '<img src=x onerror=alert(1)>';
const day = 86_400_000;

export function describePublicStatus(stage: Stage): void {
  let id = 0;

  beforeAll(async () => {
    const { item } = (await stage.product.call('POST', '/api/targets', {
      name: 'Fir behind the page',
      base_url: stage.provider.origin,
      api_key: providerKey,
      interval_min: 1440,
      enabled: false,
    })) as { item: { id: number } };
    id = item.id;
    writePastChecks(stage.product.dataDir, {
      targetId: id,
      days: 60,
      runsADay: 12,
      run: (pastDay, run) => (pastDay === 10 && run > 5 ? bad : good),
    });
  });
  const good = { success: 4, fail: 0 };
  const bad = { success: 1, fail: 3 };

  afterAll(async () => {
    await stage.product.administer('PATCH', '/api/admin/status-page', {
      enabled: false,
      items: [],
    });
    await stage.product.call('DELETE', `/api/targets/${id}`);
  });

  it('says that there is no status page while it is off', async () => {
    const page = await stage.open('/status.html', { token: null });
    await page.getByRole('heading', { name: 'There is no status page here' }).waitFor();
  });

  describe('switched on', () => {
    beforeAll(async () => {
      await stage.product.administer('PATCH', '/api/admin/status-page', {
        enabled: true,
        title: 'Our relays',
        items: [
          { name: 'Fir', target_id: id },
          { name: hostileName, target_id: id, model: 'model-3' },
        ],
      });
    });

    it.each([
      ['en-US', 'Incidents', 'Partly failing'],
      ['zh-CN', '故障记录', '部分异常'],
    ])('strangers read it in %s: names, bars and incidents', async (locale, title, state) => {
      const page = await stage.open('/status.html', { token: null, locale });
      await page.getByRole('heading', { name: 'Our relays' }).waitFor();
      expect(await page.title()).toBe('Our relays');
      await page.getByRole('heading', { name: title }).waitFor();
      const incident = page.locator('.incident').filter({ hasText: 'Fir' });
      await incident.getByText(state).waitFor();
      const bars = page.locator('.status-item').first().locator('path.is-bad');
      expect(await bars.getAttribute('d')).toMatch(/^M\d+ 31V3$/);
      const text = await page.locator('body').textContent();
      expect(text).not.toContain('behind the page');
      expect(text).not.toContain('HTTP 503');
    });

    it('shows notes and maintenance, and has feeds', async () => {
      const from = Math.round(Date.now() / 1000) - 60;
      const { item } = (await stage.product.call('POST', '/api/maintenance', {
        ...{ name: 'Move to Oslo', target_ids: [id] },
        schedule: { kind: 'once', from, until: from + 3600 },
      })) as { item: { id: number } };
      const note = { state: 'monitoring', title: 'All is well', text: hostileName };
      await stage.product.call('POST', '/api/status-notes', { ...note, slugs: ['fir'] });
      const page = await stage.open('/status.html', { token: null });
      await page
        .locator('.incident')
        .filter({ hasText: 'Move to Oslo' })
        .getByText('Going on')
        .waitFor();
      await page
        .locator('.status-note')
        .filter({ hasText: 'Monitoring' })
        .getByText(hostileName)
        .waitFor();
      const feed = await fetch(`${stage.product.origin}/status/feed.atom`);
      expect(await feed.text()).toContain('Move to Oslo');
      const again = await fetch(`${stage.product.origin}/status/feed.atom`, {
        headers: { 'if-none-match': feed.headers.get('etag') ?? '' },
      });
      expect(again.status).toBe(304);
      await stage.product.call('DELETE', `/api/maintenance/${item.id}`);
    });

    it('a bar shows its day by pointer and by keys', async () => {
      const page = await stage.open('/status.html', { token: null });
      const strip = page.getByRole('slider', { name: /^Fir, the last 90 days/ });
      await strip.focus();
      await page.keyboard.press('Home');
      await page.getByRole('tooltip').getByText('No checks').waitFor();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowLeft');
      const yesterday = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });
      await page
        .getByRole('tooltip')
        .getByText(yesterday.format(Date.now() - day))
        .waitFor();
      expect(await strip.getAttribute('aria-valuetext')).toContain('100% available');
    });

    it('names are shown as text, whatever they contain', async () => {
      const page = await stage.open('/status.html', { token: null });
      await page.getByText(hostileName, { exact: true }).first().waitFor();
      expect(await page.locator('main img').count()).toBe(0);
    });

    it('has a badge', async () => {
      const page = await stage.open('/badge/fir.svg', { token: null });
      await eventually(() => page.locator('svg').getAttribute('aria-label')).toBe('Fir: unknown');
    });

    it('has no fault that axe finds, and overflows nowhere', async () => {
      const page = await stage.open('/status.html');
      await page.locator('.incident').first().waitFor();
      expect(await violationsInBothThemes(page)).toEqual([]);
      for (const width of [360, 768]) {
        await page.setViewportSize({ width, height: 800 });
        await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
      }
    });
  });
}
