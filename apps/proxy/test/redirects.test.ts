import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { upstreamKey } from './test-channel.ts';

const chat = '/v1/chat/completions';

/** A channel that redirects each request once, and the requests that it got. */
async function redirecting(status: number, locationOf: (url: string) => string | undefined) {
  const asked: { method: string | undefined; url: string | undefined; body: string }[] = [];
  const origin = await upstreamForTest(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method, url = '' } = request;
    asked.push({ method, url, body });
    const location = url.includes('moved') ? undefined : locationOf(url);
    if (location === undefined && url.includes('moved')) response.end(goodBody);
    else {
      const vary = { vary: 'location', 'x-next': '/moved' };
      response.writeHead(status, location === undefined ? vary : { ...vary, location });
      response.end('elsewhere');
    }
  });
  const channels = { relay: { origin, models: { m: {} } } };
  return { asked, origin, gateway: await gatewayForTest({ channels }) };
}

test.each([307, 308])(
  'a %i within the origin is followed, with method and body',
  async (status) => {
    const { asked, origin, gateway } = await redirecting(status, (url) => `${url}?moved=1`);
    for (const body of [chatTo('relay/m'), chatTo('relay/m', { filler: 'x'.repeat(1_000_000) })]) {
      asked.length = 0;
      const answer = await call(gateway.origin, chat, { body });
      expect([answer.status, answer.json]).toEqual([200, JSON.parse(goodBody)]);
      expect(answer.headers).not.toHaveProperty('location');
      expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
        `POST ${chat}`,
        `POST ${chat}?moved=1`,
      ]);
      expect(asked[1]?.body).toBe(asked[0]?.body);
    }
    const whole = await redirecting(status, (url) => `${origin}${url}/moved`);
    // Another port is another origin.
    expect((await call(whole.gateway.origin, chat, { body: chatTo('relay/m') })).status).toBe(502);
  },
);

const elsewhere = [
  [301, 'https://evil.example/v1/chat/completions', 'https://evil.example'],
  [302, 'https://evil.example/x?key=1', 'https://evil.example'],
  [303, '/login', '/login'],
  [302, '/v1/other', '/v1/other'],
  [307, 'http://127.0.0.1:1/', 'http://127.0.0.1:1'],
  [307, '//evil.example/', '//evil.example/'],
  [308, 'javascript:alert(1)', 'javascript:alert(1)'],
  [300, 'https://evil.example/', 'https://evil.example'],
  [304, undefined, 'not an answer to a POST'],
  [307, undefined, 'not an answer to a POST'],
  [308, undefined, 'not an answer to a POST'],
  [399, 'https://evil.example/', 'https://evil.example'],
] as const;

test.each(elsewhere)(
  'a %i to %s is a 502 that says so, never a redirect',
  async (status, location, told) => {
    const { asked, gateway } = await redirecting(status, () => location);
    for (const [path, read] of [
      [chat, ({ error }: { error: { message: string } }) => error.message],
      ['/v1/messages', ({ error }: { error: { message: string } }) => error.message],
      [
        '/v1beta/models/relay/m:generateContent',
        ({ error }: { error: { message: string } }) => error.message,
      ],
    ] as const) {
      asked.length = 0;
      const answer = await call(gateway.origin, path, { body: chatTo('relay/m') });
      expect(answer.status).toBe(502);
      expect(read(answer.json)).toContain(`HTTP ${status}`);
      expect(read(answer.json)).toContain(told);
      expect(answer.headers).not.toHaveProperty('location');
      expect(asked).toHaveLength(1);
    }
  },
);

test('a loop of redirects ends', async () => {
  const provider = await providerForTest({ m: 'redirect_loop' });
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect([answer.status, provider.received()]).toEqual([502, 4]);
});

test('a channel that redirects to another origin counts as failed, and the next one is tried', async () => {
  const { gateway: first, origin } = await redirecting(
    302,
    () => `https://evil.example/?k=${upstreamKey}`,
  );
  await first.close();
  const good = await providerForTest({ m: 'good' });
  const channels = {
    moved: { origin, models: { m: {} } },
    good: { origin: good.origin, models: { m: {} } },
  };
  const gateway = await gatewayForTest({ channels });
  const answer = await call(gateway.origin, chat, { body: chatTo('m') });
  expect([answer.status, answer.headers['x-proxy-attempts']]).toEqual([200, '2']);
  const [record] = await gateway.recordsAtEnd();
  expect(record?.attempts).toMatchObject([
    {
      target_name: 'moved',
      is_live_failure: true,
      error_kind: 'upstream',
      error: expect.stringContaining('https://evil.example'),
    },
    { target_name: 'good', status: 200 },
  ]);
  expect(JSON.stringify(record)).not.toContain(upstreamKey);
});

test('a redirect is followed even if its own body never ends', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume();
    if (request.url?.includes('moved')) {
      response.end(goodBody);
      return;
    }
    response.writeHead(307, { location: '/moved' });
    const flood = setInterval(() => response.write('x'.repeat(16 * 1024)), 1);
    response.on('close', () => clearInterval(flood));
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect([answer.status, answer.json]).toEqual([200, JSON.parse(goodBody)]);
});
