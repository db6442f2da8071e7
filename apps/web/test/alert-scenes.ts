import { writeIncidents } from './sample-incidents.ts';
import type { Scene } from './scene.ts';
import type { Product } from './start-product.ts';

async function alertPeople(product: Product): Promise<void> {
  const { items } = (await product.call('GET', '/api/targets?history=0')) as {
    items: { id: number; name: string }[];
  };
  const memberOf = (channel: string, model: string | null) => ({
    targetId: items.find(({ name }) => name === channel)?.id ?? 0,
    ...{ channel, model },
  });
  writeIncidents(product.dataDir, [
    {
      ...{ id: 901, scope: 'channel', severity: 'warning', startedAgo: 186_000, endedAgo: 176_000 },
      members: [memberOf('Free tier', null)],
    },
    {
      ...{ id: 902, scope: 'vendor', severity: 'warning', startedAgo: 40_000, endedAgo: 36_000 },
      members: [memberOf('Aurora Relay', 'gpt-4o-mini'), memberOf('Free tier', 'gpt-4o-mini')],
    },
    {
      ...{ id: 903, scope: 'channel', severity: 'critical', startedAgo: 1500, endedAgo: null },
      lacking: ['qwen3-max'],
      members: [
        memberOf('Tokyo Gateway', 'qwen3-max'),
        memberOf('Tokyo Gateway', 'claude-opus-4-1'),
        { ...memberOf('Tokyo Gateway', 'gpt-4.1'), leftAgo: 600 },
      ],
    },
  ]);
  const add = (body: object) => product.administer('POST', '/api/alerts/destinations', body);
  await add({
    ...{ name: 'On-call chat', kind: 'ntfy', language: 'zh', time_zone: 'Asia/Shanghai' },
    config: { topic: 'alerts', token: 'tk_0123456789abcdefghijklmnopqrs' },
    quiet_hours: { from: '22:00', until: '07:30' },
  });
  await add({
    ...{ name: 'Incident room', kind: 'webhook', severities: ['critical'], after_min: 15 },
    config: { url: 'http://127.0.0.1:9/hook', secret: '0123456789abcdef' },
  });
  const schedule = { kind: 'weekly', weekdays: [7], time: '03:00', duration_min: 120 };
  await product.administer('POST', '/api/maintenance', {
    ...{ name: 'Weekly restart', schedule: { ...schedule, time_zone: 'Asia/Tokyo' } },
    target_ids: [memberOf('Tokyo Gateway', null).targetId],
  });
  const from = Math.round(Date.now() / 1000) - 600;
  await product.administer('POST', '/api/maintenance', {
    ...{ name: 'Move to another host', schedule: { kind: 'once', from, until: from + 7200 } },
    drains: true,
  });
  await product.administer('POST', '/api/status-notes', {
    ...{ state: 'identified', title: 'The account ran out of money', incident_id: 903 },
    text: 'We top it up within the hour.',
  });
}

const nothing = async () => {};

/** Incidents, and alerts and maintenance in the administration. */
export const alertScenes: readonly Scene[] = [
  {
    name: 'incidents-empty',
    prepare: nothing,
    show: async (page, origin) => {
      await page.goto(`${origin}/incidents.html`);
      await page.locator('.state').filter({ visible: true }).first().waitFor();
    },
  },
  {
    name: 'incidents',
    prepare: alertPeople,
    show: async (page, origin) => {
      await page.goto(`${origin}/incidents.html?id=903`);
      await page.locator('.incident-timeline').waitFor();
    },
  },
  {
    name: 'admin-alerts',
    isAdmin: true,
    prepare: nothing,
    show: async (page, origin) => {
      await page.goto(`${origin}/admin.html?tab=alerts`);
      await page.locator('.panel-row').filter({ visible: true }).first().waitFor();
    },
  },
  {
    name: 'admin-destination',
    isAdmin: true,
    prepare: nothing,
    show: async (page, origin) => {
      await page.goto(`${origin}/admin.html?tab=alerts`);
      await page.locator('.panel-row .button').filter({ visible: true }).first().click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    name: 'admin-maintenance',
    isAdmin: true,
    prepare: nothing,
    show: async (page, origin) => {
      await page.goto(`${origin}/admin.html?tab=maintenance`);
      await page.locator('.calendar-period').first().waitFor();
    },
  },
  {
    name: 'admin-maintenance-form',
    isAdmin: true,
    prepare: nothing,
    show: async (page, origin) => {
      await page.goto(`${origin}/admin.html?tab=maintenance`);
      await page.locator('.panel-row .button').filter({ visible: true }).first().click();
      await page.locator('dialog[open]').waitFor();
    },
  },
];
