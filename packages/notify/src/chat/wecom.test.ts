import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, recovery, startVendor } from '../../test/loopback.ts';

const { wecom: config } = exampleConfigs;

test('a message is Markdown', async () => {
  const { tell, received } = await startVendor(json(200, { errcode: 0, errmsg: 'ok' }));
  expect(await tell('wecom', config, recovery)).toMatchObject({ kind: 'sent', message: 'ok' });
  const [request] = received;
  expect(request?.url.href).toBe(config.webhook_url);
  const body = JSON.parse(request?.body ?? '');
  expect(body).toEqual({ msgtype: 'markdown', markdown: { content: expect.any(String) } });
  expect(body.markdown.content).toMatch(
    /^\*\*🟢 relay\u200b\.one is back after 12 minutes\*\*\n14 models are down\.\n/,
  );
});

test.each([
  [
    { errcode: 93000, errmsg: 'invalid webhook url, hint: [1]' },
    { kind: 'refused', reason: 'unauthorized', message: 'invalid webhook url, hint: [1] (93000)' },
  ],
  [
    { errcode: 45009, errmsg: 'api freq out of limit' },
    { kind: 'retry', reason: 'rate_limited', retryAfterS: 60 },
  ],
  [
    { errcode: -1, errmsg: 'system busy' },
    { kind: 'retry', reason: 'server_error' },
  ],
  [
    { errcode: 40058, errmsg: 'markdown.content exceed max length 4096' },
    { kind: 'refused', reason: 'rejected' },
  ],
])('an error with status 200 is read: %j', async (answer, outcome) => {
  const { tell } = await startVendor(json(200, answer));
  expect(await tell('wecom', config)).toMatchObject(outcome);
});
