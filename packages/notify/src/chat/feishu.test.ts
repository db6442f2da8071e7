import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, recovery, startVendor, text } from '../../test/loopback.ts';

const { feishu: config } = exampleConfigs;
const accepted = json(200, { code: 0, data: {}, msg: 'success', StatusCode: 0 });

test('a card of plain texts is signed as the documentation’s Python example does', async () => {
  const { tell, received } = await startVendor(accepted);
  expect(await tell('feishu', config)).toMatchObject({ kind: 'sent', message: 'success' });
  const [request] = received;
  expect(request?.url.href).toBe(config.webhook_url);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    timestamp: '1764331200',
    // base64(hmac.new(f'{timestamp}\n{secret}'.encode(), b'', sha256).digest())
    sign: 'z7MkgqruzcOboXetJGmJmbwRWYI88GQblAkEgd54IKI=',
    msg_type: 'interactive',
    card: {
      config: { wide_screen_mode: true },
      header: {
        template: 'red',
        title: { tag: 'plain_text', content: 'relay\u200b.one: quota used up' },
      },
      elements: [
        ...[
          '14 models are down.',
          'Since: 20:00',
          'Why: insufficient_quota: you exceeded your quota',
          'Served by: 3 other channels',
        ].map((content) => ({ tag: 'div', text: { tag: 'plain_text', content } })),
        {
          tag: 'note',
          elements: [{ tag: 'plain_text', content: '2025-11-28 20:00:00 Asia/Shanghai' }],
        },
        {
          tag: 'action',
          actions: [
            {
              ...{ tag: 'button', type: 'default', text: { tag: 'plain_text', content: 'Open' } },
              url: 'https://monitor.example.com/incidents.html?id=7',
            },
          ],
        },
      ],
    },
  });
});

test('without a secret nothing is signed, and the keyword is in the title', async () => {
  const { tell, received } = await startVendor(accepted);
  const { webhook_url } = config;
  await tell('feishu', { webhook_url, keyword: '告警' }, { ...recovery, language: 'zh' });
  const body = JSON.parse(received[0]?.body ?? '');
  expect(Object.keys(body)).toEqual(['msg_type', 'card']);
  expect(body.card.header).toMatchObject({
    template: 'green',
    title: { content: 'relay\u200b.one is back after 12 minutes 告警' },
  });
  expect(JSON.stringify(body)).toContain('Since：20:00');
  expect(JSON.stringify(body)).toContain('查看');
});

test.each([
  [
    json(200, { code: 19021, msg: 'sign match fail or timestamp is not within one hour' }),
    {
      ...{ kind: 'refused', reason: 'unauthorized', status: 200 },
      message: 'sign match fail or timestamp is not within one hour (19021)',
    },
  ],
  [json(200, { code: 19024, msg: 'Key Words Not Found' }), { kind: 'refused' }],
  [
    json(200, { code: 11232, msg: 'frequency limited psm[lark.oapi.app_platform_runtime]' }),
    { kind: 'retry', reason: 'rate_limited', status: 200 },
  ],
  [json(400, { code: 9499, msg: 'Too Many Requests' }), { kind: 'retry', reason: 'rate_limited' }],
  [
    json(200, { code: 19001, msg: 'param invalid: incoming webhook access token invalid' }),
    { kind: 'refused', reason: 'rejected' },
  ],
  [json(500, { code: 2200, msg: 'Internal Error' }), { kind: 'retry', reason: 'server_error' }],
  [
    text(200, '<html>Please log in'),
    {
      ...{ kind: 'retry', reason: 'server_error' },
      message: 'unexpected answer: <html>Please log in',
    },
  ],
])('an error is read, also with status 200 (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('feishu', config)).toMatchObject(outcome);
});
