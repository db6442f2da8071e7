import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, recovery, startVendor } from '../../test/loopback.ts';

const { telegram: config } = exampleConfigs;
const accepted = json(200, { ok: true, result: { message_id: 7 } });

test('a message is HTML, without previews, in the chat and topic', async () => {
  const { tell, received } = await startVendor(accepted);
  const outcome = await tell('telegram', { ...config, topic_id: '42' });
  expect(outcome).toMatchObject({ kind: 'sent', status: 200 });
  const [request] = received;
  expect(request?.url.href).toBe(`https://api.telegram.org/bot${config.bot_token}/sendMessage`);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    chat_id: '-1001234567890',
    message_thread_id: 42,
    text: [
      '<b>🔴 relay\u200b.one: quota used up</b>',
      '14 models are down.',
      '<b>Since:</b> 20:00',
      '<b>Why:</b> <code>insufficient_quota: you exceeded your quota</code>',
      '<b>Served by:</b> 3 other channels',
      '2025-11-28 20:00:00 Asia/Shanghai',
      '<a href="https://monitor.example.com/incidents.html?id=7">Open</a>',
    ].join('\n'),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    disable_notification: false,
  });
});

test('a mirror may replace the server, and a recovery makes no sound', async () => {
  const { tell, received } = await startVendor(accepted);
  await tell('telegram', { ...config, server: 'https://tg.example.com/api/' }, recovery);
  const [request] = received;
  expect(request?.url.href).toMatch(/^https:\/\/tg\.example\.com\/api\/bot123456789:/);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({ disable_notification: true });
});

test.each([
  [
    json(429, { ok: false, description: 'Too Many Requests', parameters: { retry_after: 35 } }),
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 35, message: 'Too Many Requests' },
  ],
  [
    json(400, {
      ok: false,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: -100987 },
    }),
    {
      ...{ kind: 'refused', reason: 'rejected' },
      message: 'Bad Request: group chat was upgraded to a supergroup chat (now -100987)',
    },
  ],
  [
    json(401, { ok: false, description: 'Unauthorized' }),
    { kind: 'refused', reason: 'unauthorized', status: 401, message: 'Unauthorized' },
  ],
  [
    json(403, { ok: false, description: 'Forbidden: bot was kicked from the group chat' }),
    { kind: 'refused', reason: 'unauthorized' },
  ],
  [json(502, { ok: false, description: 'Bad Gateway' }), { kind: 'retry', reason: 'server_error' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('telegram', config, exampleNotice)).toMatchObject(outcome);
});
