import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, startVendor } from '../../test/loopback.ts';

const { ntfy: config } = exampleConfigs;
const accepted = json(200, { id: 'x', event: 'message' });

test('a message is JSON with a priority, a tag and a link', async () => {
  const { tell, received } = await startVendor(accepted);
  expect(await tell('ntfy', config)).toMatchObject({ kind: 'sent' });
  const [request] = received;
  expect(request?.url.href).toBe('https://ntfy.sh/');
  expect(request?.headers.authorization).toBe(`Bearer ${config.token}`);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    topic: config.topic,
    title: 'relay\u200b.one: quota used up',
    message: [
      '14 models are down.',
      'Since: 20:00',
      'Why: insufficient_quota: you exceeded your quota',
      'Served by: 3 other channels',
      '2025-11-28 20:00:00 Asia/Shanghai',
    ].join('\n'),
    priority: 5,
    tags: ['red_circle'],
    click: 'https://monitor.example.com/incidents.html?id=7',
  });
});

test('a server of one’s own may want a user name and a password', async () => {
  const { tell, received } = await startVendor(accepted);
  const own = { server: 'https://push.example.com/ntfy', topic: 'ops' };
  await tell('ntfy', { ...own, username: 'ops', password: 'geheim:ü' });
  await tell('ntfy', own, { ...exampleNotice, severity: 'warning' });
  expect(received[0]?.url.href).toBe('https://push.example.com/ntfy');
  expect(received[0]?.headers.authorization).toBe(`Basic ${btoa('ops:geheim:Ã¼')}`);
  expect(received[1]?.headers.authorization).toBeUndefined();
  expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({ priority: 4 });
});

test.each([
  [
    json(403, { code: 40301, http: 403, error: 'forbidden' }),
    { kind: 'refused', reason: 'unauthorized', message: 'forbidden' },
  ],
  [
    json(429, { code: 42901, http: 429, error: 'limit reached: too many requests' }),
    { kind: 'retry', reason: 'rate_limited' },
  ],
  [
    json(413, { code: 41303, http: 413, error: 'JSON body too large' }),
    { kind: 'refused', reason: 'rejected' },
  ],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('ntfy', config)).toMatchObject(outcome);
});
