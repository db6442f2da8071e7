import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, startVendor } from '../../test/loopback.ts';

const { serverchan: turbo } = exampleConfigs;
const third = { send_key: 'sctp4711tabcdefghijklmnop' };

test.each([
  [turbo, 'https://sctapi.ftqq.com/SCT123456TabcdefGHIJKLmnop.send'],
  [third, 'https://4711.push.ft07.com/send/sctp4711tabcdefghijklmnop.send'],
])('the key %j is one of %s', async (config, address) => {
  const { tell, received } = await startVendor(json(200, { code: 0, message: 'SUCCESS' }));
  expect(await tell('serverchan', config)).toMatchObject({ kind: 'sent', message: 'SUCCESS' });
  const [request] = received;
  expect(request?.url.href).toBe(address);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    title: '🔴 relay\u200b.one: quota used up',
    desp: [
      '**🔴 relay\u200b\\.one\\: quota used up**',
      '14 models are down\\.',
      '**Since\\:** 20\\:00',
      '**Why\\:** insufficient\\_quota\\: you exceeded your quota',
      '**Served by\\:** 3 other channels',
      '2025\\-11\\-28 20\\:00\\:00 Asia/Shanghai',
      '[Open](https://monitor.example.com/incidents.html?id=7)',
    ].join('\n\n'),
  });
});

test.each([
  [
    json(400, { message: '[AUTH]错误的Key', code: 40001, info: '用户不存在', scode: 461 }),
    { kind: 'refused', reason: 'rejected', message: '[AUTH]错误的Key, 用户不存在 (40001)' },
  ],
  [
    json(200, { code: 40001, message: '超过当天的发送次数限制[5]' }),
    { kind: 'refused', message: '超过当天的发送次数限制[5] (40001)' },
  ],
  [json(502, { code: 1, message: 'bad gateway' }), { kind: 'retry', reason: 'server_error' }],
])('an error is read, also with status 200 (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('serverchan', turbo)).toMatchObject(outcome);
});
