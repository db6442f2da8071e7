import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, startVendor } from '../../test/loopback.ts';

const { dingtalk: config } = exampleConfigs;
const accepted = json(200, { errcode: 0, errmsg: 'ok' });

test('Markdown is signed as the documentation’s Python example does', async () => {
  const { tell, received } = await startVendor(accepted);
  expect(await tell('dingtalk', config)).toMatchObject({ kind: 'sent', message: 'ok' });
  const [request] = received;
  // quote_plus(base64(hmac.new(secret, f'{timestamp}\n{secret}'.encode(), sha256).digest()))
  expect(request?.url.href).toBe(
    `${config.webhook_url}&timestamp=1764331200000&sign=lZMbQqpKOYINULRiGwhHXJ3bPni0HlT7AsI9Odq48Zs%3D`,
  );
  expect(JSON.parse(request?.body ?? '')).toEqual({
    msgtype: 'markdown',
    markdown: {
      title: '🔴 relay\u200b.one: quota used up',
      text: [
        '**🔴 relay\u200b.one: quota used up**',
        '14 models are down.',
        '**Since:** 20:00',
        '**Why:** insufficient_quota: you exceeded your quota',
        '**Served by:** 3 other channels',
        '2025-11-28 20:00:00 Asia/Shanghai',
        '[Open](https://monitor.example.com/incidents.html?id=7)',
      ].join('\n\n'),
    },
    at: { isAtAll: false },
  });
});

test('the keyword that a robot waits for is in the text', async () => {
  const { tell, received } = await startVendor(accepted);
  const { webhook_url } = config;
  await tell('dingtalk', { webhook_url, keyword: '监控' });
  await tell('dingtalk', { webhook_url, keyword: 'models' });
  const texts = received.map(({ body }) => JSON.parse(body).markdown.text);
  expect(texts[0]).toMatch(/\n\n监控$/);
  expect(texts[1]).toMatch(/id=7\)$/);
  expect(received[0]?.url.href).toBe(webhook_url);
});

test.each([
  [
    { errcode: 310000, errmsg: '错误描述:关键词不匹配' },
    { kind: 'refused', reason: 'unauthorized', message: '错误描述:关键词不匹配 (310000)' },
  ],
  [
    { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 600 },
  ],
  [
    { errcode: -1, errmsg: '系统繁忙' },
    { kind: 'retry', reason: 'server_error' },
  ],
  [
    { errcode: 300001, errmsg: 'token is not exist' },
    { kind: 'refused', reason: 'unauthorized' },
  ],
  [
    { errcode: 400013, errmsg: '群已被解散' },
    { kind: 'refused', reason: 'rejected', status: 200 },
  ],
])('an error with status 200 is read: %j', async (answer, outcome) => {
  const { tell } = await startVendor(json(200, answer));
  expect(await tell('dingtalk', config)).toMatchObject(outcome);
});
