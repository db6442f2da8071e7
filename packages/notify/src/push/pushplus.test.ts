import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, startVendor } from '../../test/loopback.ts';

const { pushplus: config } = exampleConfigs;

test('a message is HTML', async () => {
  const { tell, received } = await startVendor(json(200, { code: 200, msg: '请求成功' }));
  const outcome = await tell('pushplus', { ...config, topic: 'ops', channel: 'mail' });
  expect(outcome).toMatchObject({ kind: 'sent', message: '请求成功' });
  const [request] = received;
  expect(request?.url.href).toBe('https://www.pushplus.plus/send');
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    token: config.token,
    title: '🔴 relay\u200b.one: quota used up',
    content: expect.stringContaining('<b>Since:</b> 20:00<br>\n'),
    template: 'html',
    channel: 'mail',
    topic: 'ops',
  });
});

test.each([
  [
    { code: 500, msg: '系统异常' },
    { kind: 'retry', reason: 'server_error' },
  ],
  [
    { code: 903, msg: '无效的用户令牌' },
    { kind: 'refused', reason: 'unauthorized', message: '无效的用户令牌 (903)' },
  ],
  [
    { code: 900, msg: '用户账号使用受限' },
    { kind: 'refused', reason: 'rejected', status: 200 },
  ],
])('an error with status 200 is read: %j', async (answer, outcome) => {
  const { tell } = await startVendor(json(200, answer));
  expect(await tell('pushplus', config)).toMatchObject(outcome);
});
