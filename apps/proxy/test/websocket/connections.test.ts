import { once } from 'node:events';
import { connect } from 'node:net';
import { revokeProxyKey, updateProxyKey } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { clientKey, gatewayForTest } from '../open-test-gateway.ts';
import { addKey } from '../test-key.ts';
import {
  answerStream,
  eventOf,
  gatewayWithChannel,
  message,
  streamOf,
} from './responses-channel.ts';
import { openSocket, refusedSocket } from './test-socket.ts';

const path = '/v1/responses';
const create = (fields: object = {}) => ({
  ...{ type: 'response.create', model: 'm', input: 'hi' },
  ...fields,
});

const handshakeOf = (key: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Authorization: Bearer ${key}\r\nSec-WebSocket-Version: 13\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

test.each([
  ['a bearer', { headers: { authorization: `Bearer ${clientKey}` } }],
  ['x-api-key', { headers: { 'x-api-key': clientKey } }],
  ['a subprotocol', { protocols: ['realtime', `openai-insecure-api-key.${clientKey}`] }],
  ['only a subprotocol', { protocols: [`openai-insecure-api-key.${clientKey}`] }],
])('%s opens a connection', async (_name, given) => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask, socket } = await openSocket(gateway.origin, path, { key: null, ...given });
  expect((await ask(create())).at(-1).type).toBe('response.completed');
  expect(JSON.stringify(received)).not.toContain(clientKey);
  expect(socket.protocol).toBe('protocols' in given ? given.protocols[0] : '');
});

test('without a key that works it is an HTTP error in the format of the path', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    keys: [{ key: 'sk-paused', enabled: false }],
  });
  for (const key of [null, 'sk-nobody', 'sk-paused']) {
    const { status, json, headers } = await refusedSocket(gateway.origin, path, { key });
    expect([status, json.error.code, headers.connection]).toEqual([
      401,
      'invalid_api_key',
      'close',
    ]);
  }
});

test('pages may open one from the origins that may call the gateway, and from its own', async () => {
  const page = 'https://app.example';
  const open = await gatewayWithChannel(undefined, { options: { corsOrigins: [page] } });
  const closed = await gatewayWithChannel();
  const from = (origin: string) => ({ headers: { origin } });
  await openSocket(open.gateway.origin, path, from(page));
  await openSocket(closed.gateway.origin, path, from(closed.gateway.origin));
  for (const [{ gateway }, origin] of [
    [open, 'https://other.example'],
    [closed, page],
    [closed, 'null'],
  ] as const) {
    const { status, json } = await refusedSocket(gateway.origin, path, from(origin));
    expect([status, json.error.code]).toEqual([403, 'origin_not_allowed']);
  }
});

test('a key and the gateway have a limit of open connections', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    options: { webSockets: { isOn: true, limit: 3, limitPerKey: 2 } },
    keys: [{ key: 'sk-other' }, { key: 'sk-third' }],
  });
  const [first] = [await openSocket(gateway.origin, path), await openSocket(gateway.origin, path)];
  const second = await refusedSocket(gateway.origin, path);
  expect([second.status, second.headers['retry-after']]).toEqual([429, '1']);
  await openSocket(gateway.origin, path, { key: 'sk-other' });
  expect((await refusedSocket(gateway.origin, path, { key: 'sk-third' })).status).toBe(503);
  first?.socket.close();
  await first?.closed;
  await openSocket(gateway.origin, path, { key: 'sk-third' });
});

test('a revoked, paused or expired key ends its connections, and no others', async () => {
  const { gateway } = await gatewayWithChannel((_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(eventOf('response.output_text.delta', { delta: 'on and on' }));
  });
  const { db, nowS } = gateway;
  const expires_at = nowS() + 60;
  const ids = {
    revoked: await addKey(db, { key: 'sk-revoked' }, {}, nowS()),
    paused: await addKey(db, { key: 'sk-paused' }, {}, nowS()),
    expiring: await addKey(db, { key: 'sk-expiring', expires_at }, {}, nowS()),
  };
  const other = await openSocket(gateway.origin, path);
  await expect.poll(() => openSocket(gateway.origin, path, { key: 'sk-revoked' })).toBeTruthy();
  const doomed = [];
  for (const name of Object.keys(ids)) {
    const one = await openSocket(gateway.origin, path, { key: `sk-${name}` });
    one.send(create());
    await expect.poll(one.events).toHaveLength(1);
    doomed.push(one);
  }
  await revokeProxyKey(db, ids.revoked, nowS());
  await updateProxyKey(db, ids.paused, { enabled: false });
  gateway.clock.aheadS += 61;
  for (const { closed } of doomed) expect((await closed).code).toBe(1008);
  expect(other.socket.readyState).toBe(other.socket.OPEN);
});

test('a client that leaves ends its request at the channel, and counts against nobody', async () => {
  const left = Promise.withResolvers<void>();
  const { gateway } = await gatewayWithChannel((_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(eventOf('response.output_text.delta', { delta: 'on and on' }));
    response.on('close', () => left.resolve());
  });
  const { send, events, socket } = await openSocket(gateway.origin, path);
  for (let n = 0; n < 3; n += 1) send(create());
  await expect.poll(events).toHaveLength(1);
  socket.terminate();
  await left.promise;
  await expect.poll(() => gateway.records.length).toBe(1);
  expect(gateway.records[0]).toMatchObject({ status: 499, error: null });
});

test('frames that wait have a limit, and binary ones are refused', async () => {
  const { gateway, received } = await gatewayWithChannel((_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(eventOf('response.created', { response: {} }));
  });
  const { send, events, socket } = await openSocket(gateway.origin, path);
  for (let n = 0; n < 18; n += 1) send(create());
  socket.send(Buffer.from('{}'));
  const errors = () => events().filter(({ type }) => type === 'error');
  await expect.poll(errors).toHaveLength(2);
  expect(errors().map(({ status, error }) => [status, error.message])).toEqual([
    [429, 'at most 16 requests may wait on one connection, with the bytes of one body together'],
    [400, 'frames must be text'],
  ]);
  expect(received).toHaveLength(1);
});

test('a frame may be as large as a body, and frames that wait count as bodies in memory', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    options: { bodyLimitBytes: 300_000, bodiesLimitBytes: 400_000 },
  });
  const large = create({ input: 'x'.repeat(290_000) });
  const one = await openSocket(gateway.origin, path);
  one.send(create({ input: 'x'.repeat(300_000) }));
  expect((await one.closed).code).toBe(1009);
  const two = await openSocket(gateway.origin, path);
  const [error] = await two.ask(large);
  expect([error.status, error.error.code]).toEqual([503, 'overloaded']);
  // All of it is free again, also what came as part of a frame.
  const three = await openSocket(gateway.origin, path);
  expect((await three.ask(create({ input: 'x'.repeat(100_000) }))).at(-1).type).toBe(
    'response.completed',
  );
  three.send(large);
  await two.ask(create());
});

test('what a connection keeps has to fit, or the client hears that it is gone', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    options: { bodyLimitBytes: 300_000, bodiesLimitBytes: 1_200_000 },
  });
  const { ask } = await openSocket(gateway.origin, path);
  const input = 'x'.repeat(200_000);
  await ask(create({ store: false, input }));
  const [error] = await ask(create({ store: false, previous_response_id: 'resp_1', input }));
  expect([error.status, error.error.code]).toEqual([413, 'request_too_large']);
  const [first] = await ask(create({ store: false, previous_response_id: 'resp_1', input: 'x' }));
  expect(first.type).toBe('response.created');
});

test('warm-ups leave room for the bodies of others', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    options: { bodyLimitBytes: 300_000, bodiesLimitBytes: 900_000 },
    keys: [{ key: 'sk-warm' }],
  });
  const hog = await openSocket(gateway.origin, path, { key: 'sk-warm' });
  for (let n = 0; n < 8; n += 1) {
    const input = 'x'.repeat(200_000);
    await hog.ask(create({ stream_id: String(n), generate: false, input }));
  }
  const other = await openSocket(gateway.origin, path);
  const events = await other.ask(create({ input: 'x'.repeat(290_000) }));
  expect(events.at(-1).type).toBe('response.completed');
});

test('frames that wait may have the bytes of one body together', async () => {
  const { gateway } = await gatewayWithChannel(
    (_received, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }),
    { options: { bodyLimitBytes: 300_000 } },
  );
  const { send, events } = await openSocket(gateway.origin, path);
  for (let n = 0; n < 3; n += 1) send(create({ input: 'x'.repeat(200_000) }));
  await expect.poll(events).toHaveLength(1);
  expect(events()[0]).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded' } });
});

test('events that a channel does not end count as bodies in memory', async () => {
  const { gateway } = await gatewayWithChannel(
    (_received, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventOf('response.output_text.delta', { delta: 'on and on' }));
      response.write(`data: {"type":"x","delta":"${'x'.repeat(400_000)}`);
    },
    { options: { bodyLimitBytes: 500_000, bodiesLimitBytes: 1_000_000 } },
  );
  const [first, second] = [
    await openSocket(gateway.origin, path),
    await openSocket(gateway.origin, path),
  ];
  first.send(create());
  await expect.poll(first.events).toHaveLength(1);
  const events = await second.ask(create());
  expect(events.at(-1)).toMatchObject({
    ...{ type: 'error', status: 503 },
    error: { code: 'overloaded', message: 'no memory left for this answer; try again soon' },
  });
  first.socket.terminate();
  await expect.poll(() => gateway.upgrades.size()).toBe(1);
  const third = await openSocket(gateway.origin, path);
  third.send(create({ input: 'x'.repeat(450_000) }));
  await expect.poll(() => third.events()[0]?.type).toBe('response.output_text.delta');
});

/** A client's frame with the mask 0. */
const frameOf = (firstByte: number, payload: string) =>
  Buffer.concat([
    Buffer.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0]),
    Buffer.from(payload),
  ]);

test.each([
  ['frames that aren’t requests', frameOf(0x81, 'x')],
  ['requests beyond its limit', frameOf(0x81, JSON.stringify(create()))],
  ['pings', frameOf(0x89, 'x'.repeat(125))],
])(
  'a client that sends %s and does not read is cut off',
  async (_what, frame) => {
    const { gateway } = await gatewayWithChannel(undefined, {
      options: { bodyLimitBytes: 1_000_000_000 },
      keys: [{ key: 'sk-limited', rpm_limit: 1 }],
    });
    const { ask, socket: allowed } = await openSocket(gateway.origin, path, { key: 'sk-limited' });
    await ask(create());
    allowed.terminate();
    const socket = connect(gateway.port, '127.0.0.1').on('error', () => {});
    socket.write(handshakeOf('sk-limited'));
    await once(socket, 'data');
    socket.pause();
    const frames = Buffer.concat(Array(1_000).fill(frame));
    const flood = setInterval(() => {
      if (socket.writableLength === 0) socket.write(frames);
    }, 1);
    onTestFinished(() => {
      clearInterval(flood);
      socket.destroy();
    });
    await expect.poll(() => gateway.upgrades.size(), { timeout: 25_000 }).toBe(0);
  },
  30_000,
);

test('a client that does not read pauses the channel', async () => {
  let written = 0;
  const { gateway } = await gatewayWithChannel((_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = eventOf('response.output_text.delta', { delta: 'x'.repeat(60_000) });
    const fill = () => {
      while (written < 100_000_000 && response.write(event)) written += event.length;
    };
    response.on('drain', fill);
    fill();
  });
  const { send, socket } = await openSocket(gateway.origin, path);
  socket.pause();
  send(create());
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = before === written && written > 0;
        before = written;
        return isStill;
      },
      { interval: 300, timeout: 10_000 },
    )
    .toBe(true);
  expect(written).toBeLessThan(50_000_000);
  socket.resume();
  await expect.poll(() => written, { timeout: 10_000 }).toBeGreaterThan(before);
});

test('on shutdown a frame that waits is told that the gateway is restarting', async () => {
  const { gateway, received } = await gatewayWithChannel((_received, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }),
  );
  const { send, events } = await openSocket(gateway.origin, path);
  send(create());
  send(create({ stream_id: 'a' }));
  await expect.poll(() => received).toHaveLength(1);
  gateway.stopKeepAlive();
  send(create());
  await expect.poll(events).toHaveLength(2);
  for (const { error } of events()) {
    expect(error).toMatchObject({
      code: 'websocket_connection_limit_reached',
      message: 'the gateway is restarting; create a new websocket connection to continue',
    });
  }
});

test('on shutdown the running answer ends first, and an idle connection at once', async () => {
  const answers: (() => void)[] = [];
  const { gateway } = await gatewayWithChannel((_received, response) => {
    answers.push(() => answerStream(response, streamOf('resp_1', [message('m', 'text')])));
  });
  const idle = await openSocket(gateway.origin, path);
  const busy = await openSocket(gateway.origin, path);
  for (let n = 0; n < 2; n += 1) busy.send(create());
  await expect.poll(() => answers).toHaveLength(1);
  gateway.stopKeepAlive();
  expect((await idle.closed).code).toBe(1012);
  expect((await refusedSocket(gateway.origin, path)).status).toBe(503);
  answers[0]?.();
  expect((await busy.closed).code).toBe(1012);
  const [waiting, ...answered] = busy.events();
  expect(waiting).toMatchObject({ error: { code: 'websocket_connection_limit_reached' } });
  expect(answered.at(-1).type).toBe('response.completed');
});

test('a connection ends after an hour, and what comes in its last moment is told so', async () => {
  const answers: (() => void)[] = [];
  const { gateway } = await gatewayWithChannel((_received, response) => {
    answers.push(() => answerStream(response, streamOf('resp_1', [message('m', 'text')])));
  });
  const idle = await openSocket(gateway.origin, path);
  const busy = await openSocket(gateway.origin, path);
  busy.send(create());
  await expect.poll(() => answers).toHaveLength(1);
  gateway.clock.aheadS += 3_600;
  expect((await idle.closed).code).toBe(1000);
  busy.send(create());
  await expect.poll(busy.events).toHaveLength(1);
  expect(busy.events()[0]).toMatchObject({
    ...{ type: 'error', status: 400 },
    error: { code: 'websocket_connection_limit_reached' },
  });
  answers[0]?.();
  expect(await busy.closed).toMatchObject({ code: 1000 });
  expect(busy.events().at(-1).type).toBe('response.completed');
});

test('when all connections have ended nothing is left', async () => {
  const { gateway } = await gatewayWithChannel();
  for (let n = 0; n < 5; n += 1) {
    const { ask, socket, closed } = await openSocket(gateway.origin, path);
    await ask(create());
    if (n % 2 === 0) socket.terminate();
    else socket.close();
    await closed;
  }
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
  await gateway.close();
});

test('a connection that closes in the middle of its handshake, or its first frame, leaves nothing', async () => {
  const { gateway } = await gatewayWithChannel();
  const handshake = handshakeOf(clientKey);
  for (const rest of ['', '\x81', '\x81\xfe\xff\xff', '\xff\xff\xff\xff']) {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(Buffer.from(handshake + rest, 'latin1'));
    if (rest === '') socket.destroy();
    else {
      await once(socket, 'data');
      socket.destroy();
    }
  }
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
});

test('any other path refuses a WebSocket like the request that it is', async () => {
  const gateway = await gatewayForTest();
  expect((await refusedSocket(gateway.origin, '/v1/chat/completions')).status).toBe(405);
});
