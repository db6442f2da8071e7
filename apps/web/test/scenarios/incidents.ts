import { startAlertReceiver, startFakeProvider } from '@api-monitor/fake-provider';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { violationsInBothThemes } from '../accessibility-violations.ts';
import { withHarbour } from '../harbour.ts';
import { writeIncidents } from '../sample-incidents.ts';
import { eventually, overflowOf, providerKey, type Stage } from '../stage.ts';
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

  it('an outage is told, sent again by hand, acknowledged and muted', async () => {
    const { product } = stage;
    const receiver = await startAlertReceiver();
    onTestFinished(() => receiver.close());
    receiver.answerWith(() => 404);
    const { item: hook } = (await product.administer('POST', '/api/alerts/destinations', {
      ...{ name: 'Pager', kind: 'webhook', config: { url: receiver.url } },
      kinds: ['channel_down'],
    })) as { item: { id: number } };
    onTestFinished(async () => {
      await product.administer('DELETE', `/api/alerts/destinations/${hook.id}`);
    });
    const provider = await startFakeProvider({ apiKey: providerKey, models: { 'pier-1': 'good' } });
    onTestFinished(() => provider.close());
    const id = await harbour.addChannel('Jetty', { base_url: provider.origin });
    onTestFinished(async () => {
      await product.call('DELETE', `/api/targets/${id}`);
    });
    provider.setBehaviour('pier-1', 'http_402');
    const failed = async () => {
      await product.call('POST', `/api/targets/${id}/run`).catch(() => {});
      return receiver.received.length;
    };
    // Two checks must fail, each after its own repeats.
    await expect.poll(failed, { timeout: 40_000, interval: 500 }).toBe(1);

    const admin = await stage.open('/admin.html?tab=alerts', { isAdmin: true });
    const row = admin.locator('.panel-row').filter({ hasText: '404: no' });
    await row.getByText('Failed').waitFor();
    receiver.answerWith(() => 200);
    await row.getByRole('button', { name: 'Send again' }).click();
    await eventually(() => receiver.received.length).toBe(2);
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
    const log = admin.locator('.panel').filter({ hasText: 'Delivery log' });
    await eventually(async () => {
      await log.getByRole('button', { name: 'Refresh' }).click();
      return log.locator('.panel-row').filter({ hasText: 'Pager' }).first().textContent();
    }).toContain('Sent');

    const page = await stage.open('/incidents.html?state=open&channel=Jetty');
    await page.getByRole('button', { name: 'Jetty is down' }).click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByRole('button', { name: 'Withdraw' }).waitFor();
    await page.getByLabel('Mute').selectOption('1');
    await page.getByRole('button', { name: 'Unmute' }).click();
    await page.getByLabel('Mute').waitFor();
  });

  it('a note to the public is published and deleted', async () => {
    const line = { slug: 'pier', name: 'The pier', target_id: harbour.id };
    const other = { slug: 'inlet', name: 'The inlet', target_id: harbour.inletId };
    const publish = (body: object) =>
      stage.product.administer('PATCH', '/api/admin/status-page', body);
    await publish({ enabled: true, items: [line, other] });
    onTestFinished(() => void publish({ enabled: false, items: [] }));
    const page = await stage.open('/incidents.html?id=902');
    await page.getByRole('button', { name: 'Tell the public' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Title').fill('');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.locator('#error-note-title').filter({ visible: true }).waitFor();
    await dialog.getByLabel('Title').fill('We top up the account');
    await dialog.getByLabel('State').selectOption('identified');
    // The lines that show the incident are chosen.
    expect(await dialog.getByLabel('The pier').isChecked()).toBe(true);
    expect(await dialog.getByLabel('The inlet').isChecked()).toBe(false);
    await dialog.getByLabel('The inlet').check();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('We top up the account').waitFor();
    const { items } = (await stage.product.call('GET', '/api/status-notes')) as {
      items: { slugs: string[] }[];
    };
    expect(items[0]?.slugs).toEqual(['pier', 'inlet']);
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

  it('has no fault that axe finds, and overflows nowhere', async () => {
    const page = await stage.open('/incidents.html?id=902');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    for (const width of [360, 768, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(() => overflowOf(page)).toBeLessThanOrEqual(0);
    }
  });
}
