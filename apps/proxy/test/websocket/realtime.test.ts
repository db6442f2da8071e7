import { createServer } from 'node:http';
import { connect } from 'node:net';
import { revokeProxyKey } from '@api-monitor/db';
import { testCertificates } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test } from 'vitest';
import { call } from '../call.ts';
import { clientKey, gatewayForTest, listen } from '../open-test-gateway.ts';
import { upstreamForTest } from '../providers.ts';
import { upstreamKey } from '../test-channel.ts';
import { addKey } from '../test-key.ts';
import { gatewayWithRealtime, realtimeChannel } from './realtime-channel.ts';
import { openSocket, refusedSocket } from './test-socket.ts';

const path = '/v1/realtime?model=live';

test('a session goes to the channel with its query, protocols and headers, and without the client’s key', async () => {
  const { gateway, upgrades } = await gatewayWithRealtime();
  const { socket } = await openSocket(
    gateway.origin,
    `/realtime?model=relay%2Flive&foo=1&key=${clientKey}`,
    {
      key: null,
      protocols: ['realtime', `openai-insecure-api-key.${clientKey}`, 'openai-beta.realtime-v1'],
      headers: { 'openai-beta': 'realtime=v1', cookie: 'a=b', 'user-agent': 'test/1' },
    },
  );
  const [{ url, headers, rawHeaders } = { url: '', headers: {}, rawHeaders: [] }] = upgrades;
  expect(url).toBe('/v1/realtime?model=live&foo=1');
  expect(headers).toMatchObject({
    authorization: `Bearer ${upstreamKey}`,
    'sec-websocket-protocol': 'realtime,openai-beta.realtime-v1',
    ...{ 'openai-beta': 'realtime=v1', 'user-agent': 'test/1' },
    via: expect.stringContaining('api-monitor'),
  });
  expect(Object.keys(headers)).not.toContain('cookie');
  expect(rawHeaders.join()).not.toContain(clientKey);
  expect(socket.protocol).toBe('realtime');
});

test('text and binary frames pass untouched in both directions, pings and pongs too', async () => {
  const { gateway, sockets } = await gatewayWithRealtime();
  const { socket, send, texts } = await openSocket(gateway.origin, path);
  const binary: Buffer[] = [];
  socket.on('message', (data: Buffer, isBinary) => isBinary && binary.push(data));
  send('{"n": 1.0e2}');
  socket.send(Buffer.from([0, 255, 1]));
  await expect.poll(() => [texts, binary]).toEqual([['{"n": 1.0e2}'], [Buffer.from([0, 255, 1])]]);
  const seen: string[] = [];
  sockets[0]?.on('ping', (data) => seen.push(`ping ${data}`));
  socket.on('pong', (data) => seen.push(`pong ${data}`));
  socket.on('ping', (data) => seen.push(`pinged ${data}`));
  socket.ping('a');
  await expect.poll(() => seen).toEqual(['ping a', 'pong a']);
  sockets[0]?.ping('b');
  await expect.poll(() => seen).toContain('pinged b');
});

test('the channel’s key is masked in what it sends, also in its reason for closing', async () => {
  const { gateway } = await gatewayWithRealtime((socket) =>
    socket.on('message', () => {
      socket.send(JSON.stringify({ error: `bad key ${upstreamKey}` }));
      socket.close(4001, `key ${upstreamKey}`);
    }),
  );
  const { send, texts, closed } = await openSocket(gateway.origin, path);
  send('hi');
  const { code, reason } = await closed;
  expect(code).toBe(4001);
  expect(texts.join() + reason).not.toContain(upstreamKey);
  expect(texts[0]).toContain('bad key ****');
});

test('the channel’s key is masked in binary frames, and if it is split over two frames', async () => {
  const { gateway } = await gatewayWithRealtime((socket) =>
    socket.on('message', () => {
      socket.send(Buffer.from(`a ${upstreamKey}`));
      socket.send(`b ${upstreamKey.slice(0, -3)}`);
      socket.send(`${upstreamKey.slice(-3)} c`);
    }),
  );
  const { send, texts, socket } = await openSocket(gateway.origin, path);
  const binary: string[] = [];
  socket.on('message', (data, isBinary) => isBinary && binary.push(data.toString()));
  send('hi');
  await expect.poll(() => texts).toHaveLength(2);
  const asterisks = '*'.repeat(upstreamKey.length);
  expect(binary).toEqual([`a ${asterisks}`]);
  expect(texts).toEqual([`b ${asterisks.slice(0, -3)}`, '*** c']);
});

test.each([
  [1000, 'done', 1000],
  [4003, 'mine', 4003],
  [undefined, '', 1005],
] as const)('the client’s close %s reaches the channel', async (code, reason, expected) => {
  const { gateway, sockets } = await gatewayWithRealtime();
  const { socket } = await openSocket(gateway.origin, path);
  const closed = new Promise((resolve) =>
    sockets[0]?.on('close', (gotCode, gotReason) => resolve([gotCode, gotReason.toString()])),
  );
  socket.close(code, reason);
  expect(await closed).toEqual([expected, reason]);
});

test('a channel that breaks off closes the client with 1011, and a client that breaks off the channel', async () => {
  const { gateway, sockets } = await gatewayWithRealtime();
  const first = await openSocket(gateway.origin, path);
  sockets[0]?.terminate();
  expect((await first.closed).code).toBe(1011);
  const second = await openSocket(gateway.origin, path);
  const closed = new Promise((resolve) => sockets[1]?.on('close', resolve));
  second.socket.terminate();
  expect(await closed).toBe(1011);
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ status, error }) => [status, error])).toEqual([
    [502, 'the channel broke off'],
    [499, null],
  ]);
});

test('a session isn’t taken for free if its key’s money is used up', async () => {
  const { gateway } = await gatewayWithRealtime(
    (socket) =>
      socket.on('message', () => {
        const usage = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };
        socket.send(JSON.stringify({ type: 'response.done', response: { usage } }));
      }),
    {
      keys: [{ key: 'sk-limited', cost_total: 0.01 }],
      settings: { prices: ['live = input 1000, output 1000'] },
    },
  );
  const given = { key: 'sk-limited' };
  const { send, texts, socket, closed } = await openSocket(gateway.origin, path, given);
  send('12345');
  await expect.poll(() => texts).toHaveLength(1);
  socket.close(1000);
  await closed;
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
  expect((await refusedSocket(gateway.origin, path, given)).status).toBe(402);
});

test('a session is one request with one record: its duration, bytes and tokens', async () => {
  const { gateway } = await gatewayWithRealtime(
    (socket) =>
      socket.on('message', () => {
        const usage = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };
        socket.send(JSON.stringify({ type: 'response.done', response: { usage } }));
      }),
    { keys: [{ key: 'sk-limited', rpm_limit: 1, tokens_total: 25 }] },
  );
  const given = { key: 'sk-limited' };
  const { send, texts, socket, closed } = await openSocket(gateway.origin, path, given);
  for (let n = 0; n < 2; n += 1) send('12345');
  await expect.poll(() => texts).toHaveLength(2);
  socket.close(1000);
  await closed;
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
  expect((await refusedSocket(gateway.origin, path, given)).status).toBe(429);
  const { json } = await call(gateway.origin, '/v1/usage', given);
  expect(json.budgets).toMatchObject([{ unit: 'tokens', used: 24, remaining: 1 }]);
  const [record, refused] = await gateway.recordsAtEnd();
  expect(record).toMatchObject({
    ...{ route: 'realtime', status: 200, requested_model: 'live', model: 'live' },
    ...{ target_name: 'relay', request_bytes: 10, input_tokens: 10, output_tokens: 14 },
    attempts: [{ status: 101, error: null }],
  });
  expect(record?.duration_s).toBeGreaterThan(0);
  expect(refused).toMatchObject({ status: 429, route: 'realtime' });
});

test('a channel that refuses the upgrade, is silent or away makes way for the next one', async () => {
  const refusing = await upstreamForTest((_request, response) =>
    response
      .writeHead(503, { 'content-type': 'application/json' })
      .end('{"error":{"message":"no"}}'),
  );
  const silentOrigin = await upstreamForTest(() => {});
  const good = await realtimeChannel();
  const models = { live: { isSkipped: true } };
  const gateway = await gatewayForTest({
    channels: {
      refusing: { origin: refusing, models },
      silent: { origin: silentOrigin, models, fields: { timeout_s: 1 } },
      away: { origin: 'http://127.0.0.1:1', models },
      good: { origin: good.origin, models },
    },
  });
  const { socket, closed } = await openSocket(gateway.origin, path);
  socket.close();
  await closed;
  const [record] = await gateway.recordsAtEnd();
  expect(record?.target_name).toBe('good');
  expect(record?.attempts.map(({ status, error_kind }) => [status, error_kind])).toEqual([
    [503, 'upstream'],
    [null, 'timeout'],
    [null, 'network'],
    [101, null],
  ]);
});

test('if no channel opens it, the client gets an HTTP error', async () => {
  const { gateway } = await gatewayWithRealtime(undefined, {
    channels: {
      plain: {
        origin: await upstreamForTest((_request, response) => response.writeHead(404).end('{}')),
        models: { 'other-live': { isSkipped: true } },
      },
      limited: {
        origin: await upstreamForTest((_request, response) =>
          response.writeHead(429, { 'retry-after': '9' }).end('{"error":{"message":"slow"}}'),
        ),
        models: { 'busy-live': { isSkipped: true } },
      },
    },
    keys: [{ key: 'sk-plain', channels: ['plain'] }],
  });
  const ask = async (model: string, given = {}) => {
    const { status, json } = await refusedSocket(
      gateway.origin,
      `/v1/realtime?model=${model}`,
      given,
    );
    return [status, json.error.code];
  };
  expect(await ask('plain/other-live')).toEqual([404, 'websocket_refused']);
  expect(await ask('limited/busy-live')).toEqual([429, 'websocket_refused']);
  expect(await ask('nobody')).toEqual([404, 'model_not_found']);
  expect(await ask('relay/live', { key: 'sk-plain' })).toEqual([403, 'model_not_allowed']);
  const { status, json } = await refusedSocket(gateway.origin, '/v1/realtime');
  expect([status, json.error.param]).toEqual([400, 'model']);
});

test('the channel’s key is masked in what it says as it refuses, also if it comes in two parts', async () => {
  const origin = await upstreamForTest((request, response) => {
    const quoted = String(request.headers.authorization);
    response.writeHead(401, { 'content-type': 'application/json' });
    response.write(`{"error":{"message":"Incorrect key: ${quoted.slice(0, -5)}`);
    setTimeout(() => response.end(`${quoted.slice(-5)}."}}`), 50);
  });
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { live: { isSkipped: true } } } },
  });
  const { json } = await refusedSocket(gateway.origin, path);
  expect(json.error.message).toContain('Incorrect key: Bearer ****');
  const records = await gateway.recordsAtEnd();
  for (const seen of [json, records, gateway.events, gateway.logLines]) {
    expect(JSON.stringify(seen)).not.toContain(upstreamKey);
  }
});

test('a redirect of a channel is not followed', async () => {
  const good = await realtimeChannel();
  const origin = await upstreamForTest((_request, response) =>
    response.writeHead(307, { location: `${good.origin}/v1/realtime` }).end(),
  );
  const gateway = await gatewayForTest({
    channels: { away: { origin, models: { live: { isSkipped: true } } } },
  });
  expect((await refusedSocket(gateway.origin, path)).status).toBe(502);
  expect(good.upgrades).toEqual([]);
});

test('a channel at a private address is not connected to where that is not allowed', async () => {
  const { gateway, upgrades } = await gatewayWithRealtime(undefined, {
    options: { allowPrivate: 'off' },
  });
  const { status, json } = await refusedSocket(gateway.origin, path);
  expect([status, json.error.message]).toEqual([502, expect.stringContaining('private address')]);
  expect(upgrades).toEqual([]);
});

test('a channel with TLS is verified, unless its settings say otherwise', async () => {
  const { origin } = await realtimeChannel(undefined, {}, testCertificates.self_signed);
  const models = { live: { isSkipped: true } };
  const gateway = await gatewayForTest({
    channels: {
      strict: { origin, models },
      lax: { origin, models, fields: { verify_ssl: false } },
    },
  });
  const { status, json } = await refusedSocket(gateway.origin, '/v1/realtime?model=strict/live');
  expect([status, json.error.message]).toEqual([502, expect.stringContaining('self-signed')]);
  const { send, texts } = await openSocket(gateway.origin, '/v1/realtime?model=lax/live');
  send('hi');
  await expect.poll(() => texts).toEqual(['hi']);
});

test('a frame that is too large closes both sides', async () => {
  const { gateway, sockets } = await gatewayWithRealtime();
  const { socket, closed } = await openSocket(gateway.origin, path);
  const channelClosed = new Promise((resolve) => sockets[0]?.on('close', resolve));
  socket.send(Buffer.alloc(17 * 1024 ** 2));
  expect((await closed).code).toBe(1009);
  expect(await channelClosed).toBe(1009);
});

test.each(['client', 'channel'] as const)(
  'a %s that does not read pauses the other side',
  async (slow) => {
    const { gateway, sockets } = await gatewayWithRealtime(() => {});
    const { socket } = await openSocket(gateway.origin, path);
    const [channel] = sockets;
    if (!channel) throw new Error('no channel');
    const [reader, writer] = slow === 'client' ? [socket, channel] : [channel, socket];
    reader.pause();
    const chunk = Buffer.alloc(256 * 1024);
    for (let n = 0; n < 200; n += 1) writer.send(chunk);
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = before === writer.bufferedAmount;
          before = writer.bufferedAmount;
          return isStill;
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBe(true);
    expect(writer.bufferedAmount).toBeGreaterThan(20_000_000);
    let arrived = 0;
    reader.on('message', () => {
      arrived += 1;
    });
    reader.resume();
    await expect.poll(() => arrived, { timeout: 10_000 }).toBe(200);
  },
);

test('a channel that floods a client with pongs is paused, and the session ends', async () => {
  const { gateway, sockets } = await gatewayWithRealtime(() => {}, {
    options: { idleTimeoutMs: 1_500 },
  });
  const { socket } = await openSocket(gateway.origin, path);
  socket.pause();
  const [channel] = sockets;
  if (!channel) throw new Error('no channel');
  const closed = new Promise((resolve) => channel.on('close', resolve));
  const payload = Buffer.alloc(125);
  const flood = setInterval(() => {
    for (let n = 0; n < 2_000 && channel.bufferedAmount < 4_000_000; n += 1) channel.pong(payload);
  }, 5);
  onTestFinished(() => clearInterval(flood));
  await expect.poll(() => channel.bufferedAmount).toBeGreaterThanOrEqual(4_000_000);
  await closed;
  // The client doesn't answer the close.
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
}, 20_000);

test('pings don’t keep a session open in which nothing is sent', async () => {
  const { gateway } = await gatewayWithRealtime(undefined, { options: { idleTimeoutMs: 700 } });
  const { socket, closed } = await openSocket(gateway.origin, path);
  const pinging = setInterval(() => socket.ping(), 100);
  onTestFinished(() => clearInterval(pinging));
  expect((await closed).code).toBe(1001);
});

test('a message that waits for a side that does not read counts as a body in memory', async () => {
  const { gateway, sockets } = await gatewayWithRealtime((socket) => socket.pause(), {
    options: { bodiesLimitBytes: 9_000_000 },
  });
  const large = Buffer.alloc(8_000_000);
  const first = await openSocket(gateway.origin, path);
  first.socket.send(large);
  await expect.poll(() => first.socket.bufferedAmount).toBe(0);
  const second = await openSocket(gateway.origin, path);
  second.socket.send(large);
  expect(await second.closed).toEqual({ code: 1013, reason: 'no memory left for this message' });
  sockets[0]?.terminate();
  await first.closed;
  const third = await openSocket(gateway.origin, path);
  third.socket.send(large);
  await expect.poll(() => third.socket.bufferedAmount).toBe(0);
  expect(third.socket.readyState).toBe(third.socket.OPEN);
});

test('a session in which nothing is sent ends after the idle timeout', async () => {
  const { gateway } = await gatewayWithRealtime(undefined, { options: { idleTimeoutMs: 700 } });
  const { closed } = await openSocket(gateway.origin, path);
  expect(await closed).toEqual({ code: 1001, reason: 'nothing was sent for 0.7 s' });
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
});

test('a revoked key ends its session at once', async () => {
  const { gateway, sockets } = await gatewayWithRealtime();
  const id = await addKey(gateway.db, { key: 'sk-gone' }, {}, gateway.nowS());
  await expect
    .poll(
      () =>
        openSocket(gateway.origin, path, { key: 'sk-gone' }).then(
          () => true,
          () => false,
        ),
      {
        timeout: 3_000,
      },
    )
    .toBe(true);
  const { closed } = await openSocket(gateway.origin, path, { key: 'sk-gone' });
  const channelClosed = new Promise((resolve) => sockets.at(-1)?.on('close', resolve));
  await revokeProxyKey(gateway.db, id, gateway.nowS());
  expect((await closed).code).toBe(1008);
  expect(await channelClosed).toBe(1000);
});

test('on shutdown a session ends after its running response', async () => {
  const { gateway, sockets } = await gatewayWithRealtime(() => {});
  const { closed, texts } = await openSocket(gateway.origin, path);
  sockets[0]?.send('{"type":"response.created"}');
  await expect.poll(() => texts).toHaveLength(1);
  gateway.stopKeepAlive();
  sockets[0]?.send('{"type":"response.done","response":{}}');
  expect((await closed).code).toBe(1012);
  expect(texts).toHaveLength(2);
});

test('a client that leaves while channels are asked ends that too', async () => {
  const left = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    asked.resolve();
    socket.on('close', () => left.resolve()).on('error', () => {});
    socket.on('end', () => socket.destroy()).resume();
  });
  const port = await listen(server);
  const gateway = await gatewayForTest({
    channels: {
      relay: { origin: `http://127.0.0.1:${port}`, models: { live: { isSkipped: true } } },
    },
  });
  const client = connect(gateway.port, '127.0.0.1');
  client.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Authorization: Bearer ${clientKey}\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await asked.promise;
  client.destroy();
  await left.promise;
  server.close();
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
  expect((await gateway.recordsAtEnd()).map(({ status }) => status)).toEqual([499]);
});
