import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, recovery, startVendor } from '../../test/loopback.ts';

const { discord: config } = exampleConfigs;

test('a message is an embed that mentions nobody, and its existence is waited for', async () => {
  const { tell, received } = await startVendor(json(200, { id: '1' }));
  const address = `${config.webhook_url}?thread_id=99`;
  expect(await tell('discord', { webhook_url: address })).toMatchObject({ kind: 'sent' });
  const [request] = received;
  expect(request?.url.href).toBe(`${address}&wait=true`);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    embeds: [
      {
        title: '🔴 relay\u200b\\.one\\: quota used up',
        description: [
          '14 models are down\\.',
          '**Since\\:** 20\\:00',
          '**Why\\:** insufficient\\_quota\\: you exceeded your quota',
          '**Served by\\:** 3 other channels',
          '2025\\-11\\-28 20\\:00\\:00 Asia/Shanghai',
        ].join('\n'),
        color: 0xdc2626,
        url: 'https://monitor.example.com/incidents.html?id=7',
      },
    ],
    allowed_mentions: { parse: [] },
  });
});

test('a recovery is green', async () => {
  const { tell, received } = await startVendor(json(200, { id: '1' }));
  await tell('discord', config, recovery);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ embeds: [{ color: 0x16a34a }] });
});

test.each([
  [
    json(429, { message: 'You are being rate limited.', retry_after: 1.337, global: false }),
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 1.337 },
  ],
  [
    json(404, { message: 'Unknown Webhook', code: 10015 }),
    { kind: 'refused', reason: 'not_found', message: 'Unknown Webhook' },
  ],
  [
    json(400, { message: 'Invalid Form Body', code: 50035 }),
    { kind: 'refused', reason: 'rejected', message: 'Invalid Form Body' },
  ],
  [
    (...[, response]: Parameters<ReturnType<typeof json>>) => {
      // Cloudflare's own answer.
      response.writeHead(429, { 'retry-after': '3600' }).end('error code: 1015');
    },
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 3600, message: 'error code: 1015' },
  ],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('discord', config, exampleNotice)).toMatchObject(outcome);
});
