import { beforeAll, expect, it } from 'vitest';
import { accessibilityViolations } from '../accessibility-violations.ts';
import { withHarbour } from '../harbour.ts';
import { writeIncidents } from '../sample-incidents.ts';
import { eventually, overflowOf, type Stage } from '../stage.ts';
import { visitorToken } from '../start-product.ts';

export function describeIncidents(stage: Stage): void {
  const harbour = withHarbour(stage);

  beforeAll(() => {
    const channel = 'Harbour';
    const whole = { targetId: harbour.id, channel, model: null };
    const one = { targetId: harbour.id, channel, model: 'gpt-4o' };
    writeIncidents(stage.product.dataDir, [
      {
        ...{ id: 901, scope: 'channel', severity: 'warning', startedAgo: 9000, endedAgo: 7200 },
        members: [{ ...whole, channel: 'Old pier' }],
      },
      {
        ...{ id: 902, scope: 'channel', severity: 'critical', startedAgo: 600, endedAgo: null },
        ...{ lacking: ['gpt-4o'], members: [one] },
      },
    ]);
  });

  it.each([
    ['en-US', 'gpt-4o is down on Harbour', 'Timeline', 'still served by'],
    ['zh-CN', 'Harbour', '时间线', '仍可由'],
  ])('an incident opens from its link, in %s', async (locale, title, timeline, served) => {
    const page = await stage.open('/incidents.html?id=902', { locale });
    const incident = page.locator('.channel[data-open]');
    await incident.getByRole('button', { name: title }).first().waitFor();
    await incident.getByRole('heading', { name: timeline }).waitFor();
    await incident.getByText('credit balance is too low').waitFor();
    await incident.getByText(served).waitFor();
    await incident.getByRole('button', { expanded: true }).click();
    await eventually(() => page.url()).not.toContain('id=');
  });

  it('filters are in the address, and the bell counts what is open', async () => {
    const page = await stage.open('/incidents.html?state=past');
    await page.getByRole('button', { name: 'Old pier is down' }).waitFor();
    expect(await page.getByRole('button', { name: 'gpt-4o is down' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByLabel('Filter by severity').selectOption('critical');
    await eventually(() => page.url()).toContain('state=open&severity=critical');
    // Checks of other scenarios may open incidents of their own, on other channels.
    await page.getByLabel('Filter by channel').selectOption('Harbour');
    await page.getByLabel('Filter by severity').selectOption('warning');
    await page.getByText('No incident matches the filters').waitFor();
    await page.getByRole('link', { name: /open incident/ }).waitFor();
    const home = await stage.open('/');
    await home.getByRole('link', { name: /open incident/ }).waitFor();
  });

  it('a note to the public is published and deleted', async () => {
    const page = await stage.open('/incidents.html?id=902');
    await page.getByRole('button', { name: 'Tell the public' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Title').fill('');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.locator('#error-note-title').filter({ visible: true }).waitFor();
    await dialog.getByLabel('Title').fill('We top up the account');
    await dialog.getByLabel('State').selectOption('identified');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('We top up the account').waitFor();
    await page.getByRole('button', { name: 'Delete the note' }).click();
    await eventually(() => page.getByText('We top up the account').count()).toBe(0);
  });

  it('a visitor sees incidents, but not who was told, and changes nothing', async () => {
    const page = await stage.open('/incidents.html?id=902', { token: visitorToken });
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Who was told' }).isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Acknowledge' }).isVisible()).toBe(false);
    const stranger = await stage.open('/', { token: 'wrong' });
    await stranger.locator('dialog[open], .state').filter({ visible: true }).first().waitFor();
    expect(await stranger.locator('.bell').isVisible()).toBe(false);
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, %s', async (colorScheme) => {
    const page = await stage.open('/incidents.html?id=902', {
      colorScheme,
      reducedMotion: 'reduce',
    });
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it.each([360, 768, 2560])('nothing overflows sideways at %i px', async (width) => {
    const page = await stage.open('/incidents.html?id=902', { viewport: { width, height: 800 } });
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });
}
