import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, startVendor } from '../../test/loopback.ts';

const { matrix: config } = exampleConfigs;

test('each attempt has the same transaction, and nobody is mentioned', async () => {
  const { tell, received } = await startVendor(json(200, { event_id: '$1' }));
  expect(await tell('matrix', config)).toMatchObject({ kind: 'sent' });
  await tell('matrix', config);
  await tell('matrix', config, { ...exampleNotice, idempotencyKey: 'another/one' });
  const [request, again, other] = received;
  expect(request).toMatchObject({
    method: 'PUT',
    headers: { authorization: `Bearer ${config.access_token}` },
  });
  expect(request?.url.href).toBe(
    'https://matrix.example.com/_matrix/client/v3/rooms/!abcdef%3Aexample.com/send/m.room.message/incident-7-opened-1',
  );
  expect(again?.url.href).toBe(request?.url.href);
  expect(other?.url.pathname).toMatch(/m\.room\.message\/[\w-]{43}$/);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    msgtype: 'm.text',
    body: expect.stringContaining('🔴 relay\u200b.one: quota used up\n14 models are down.\n'),
    format: 'org.matrix.custom.html',
    formatted_body: expect.stringContaining('<b>Since:</b> 20:00<br>\n'),
    'm.mentions': {},
  });
});

test.each([
  [
    json(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 2500 }),
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 2.5 },
  ],
  [
    json(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Invalid access token passed.' }),
    {
      ...{ kind: 'refused', reason: 'unauthorized' },
      message: 'M_UNKNOWN_TOKEN: Invalid access token passed.',
    },
  ],
  [
    json(403, { errcode: 'M_FORBIDDEN', error: 'User not in room' }),
    { kind: 'refused', reason: 'unauthorized' },
  ],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('matrix', config)).toMatchObject(outcome);
});
