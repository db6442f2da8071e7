import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, startVendor } from '../../test/loopback.ts';

const { bark: config } = exampleConfigs;
const accepted = json(200, { code: 200, message: 'success', timestamp: 1 });

test('each attempt has the same id, so that it replaces the notification', async () => {
  const { tell, received } = await startVendor(accepted);
  expect(await tell('bark', config)).toMatchObject({ kind: 'sent', message: 'success' });
  await tell('bark', config, { ...exampleNotice, idempotencyKey: 'x'.repeat(100) });
  const [request, other] = received;
  expect(request?.url.href).toBe('https://api.day.app/push');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    device_key: config.device_key,
    title: '🔴 relay\u200b.one: quota used up',
    body: expect.stringMatching(/^14 models are down\.\nSince: 20:00\n/),
    level: 'timeSensitive',
    id: 'incident-7-opened-1',
    isArchive: '1',
    url: 'https://monitor.example.com/incidents.html?id=7',
  });
  expect(JSON.parse(other?.body ?? '').id).toMatch(/^[\w-]{43}$/);
});

test.each([
  ['critical', true, 'critical'],
  ['critical', false, 'timeSensitive'],
  ['warning', true, 'active'],
  ['info', true, 'passive'],
] as const)('%s (ringing when muted: %j) has the level %s', async (severity, rings, level) => {
  const { tell, received } = await startVendor(accepted);
  const extra = { rings_when_muted: rings, group: 'monitor', sound: 'alarm' };
  await tell('bark', { ...config, ...extra }, { ...exampleNotice, severity });
  const { body = '' } = received[0] ?? {};
  expect(JSON.parse(body)).toMatchObject({ level, group: 'monitor', sound: 'alarm' });
});

test.each([
  [
    json(400, { code: 400, message: 'failed to get device token: not found' }),
    { kind: 'refused', reason: 'rejected', message: 'failed to get device token: not found' },
  ],
  [json(200, { code: 400, message: 'device key is empty' }), { kind: 'refused', status: 400 }],
  [json(500, { code: 500, message: 'push failed' }), { kind: 'retry', reason: 'server_error' }],
])('an error is read, also with status 200 (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('bark', config)).toMatchObject(outcome);
});
