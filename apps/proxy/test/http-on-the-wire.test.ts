import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, rawUpstream, upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';
import { readChunks } from './strict-reader.ts';

const chat = '/v1/chat/completions';
const auth = `authorization: Bearer ${clientKey}\r\n`;

async function start(origin?: string, options = {}) {
  const provider = origin ? null : await providerForTest();
  const channels = { relay: { origin: origin ?? provider?.origin ?? '', models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options });
  return { ...gateway, provider, client: await rawConnection(gateway.port) };
}

const okAnswer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${goodBody.length}\r\n\r\n${goodBody}`;

test('an HTTP/1.0 client gets a stream without chunks, ended by the connection', async () => {
  const { client } = await start();
  const body = JSON.stringify(chatTo('relay/m', { stream: true }));
  client.send(`POST ${chat} HTTP/1.0\r\n${auth}content-length: ${body.length}\r\n\r\n${body}`);
  const text = await client.all();
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(text).not.toMatch(/transfer-encoding/i);
  expect(text).toContain('\r\n\r\ndata: {');
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('a stream goes out in chunks up to the last one, and its connection carries the next answer', async () => {
  const events = [goodEvent, `data: ${'é'.repeat(9)}\n\n`, 'data: [DONE]\n\n'];
  const origin = await upstreamForTest(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    for (const event of events) {
      await pause(20);
      response.write(event);
    }
    response.end();
  });
  const { client } = await start(origin);
  for (const count of [1, 2]) {
    client.send(rawPost(chat, clientKey, chatTo('relay/m', { stream: true })));
    const text = await client.until(new RegExp(`^(?:[\\s\\S]*\\r\\n0\\r\\n\\r\\n){${count}}$`));
    const [, ...bodies] = text.split(/HTTP\/1\.1 200 [\s\S]*?\r\n\r\n/);
    const contents = bodies.map((body) => Buffer.from(readChunks(body).body, 'latin1').toString());
    expect(contents).toEqual(Array(count).fill(events.join('')));
    expect(text).toMatch(/transfer-encoding: chunked/i);
  }
});

test('pipelined requests are answered in their order', async () => {
  const origin = await upstreamForTest(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { n } = JSON.parse(text);
    // The first takes longest.
    setTimeout(() => response.end(`{"n":${n}}`), n === 1 ? 60 : 0);
  });
  const { client } = await start(origin);
  const requests = [1, 2, 3].map((n) => rawPost(chat, clientKey, chatTo('relay/m', { n })));
  client.send(requests.join(''));
  const text = await client.until('{"n":3}');
  expect(text.match(/\{"n":\d\}/g)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
});

test('a flood of headers is a 431', async () => {
  const { client, provider } = await start();
  client.send(`POST ${chat} HTTP/1.1\r\nhost: x\r\n${auth}`);
  client.send(`x-flood: ${'x'.repeat(100_000)}\r\n\r\n`);
  expect(await client.all()).toMatch(/^HTTP\/1\.1 431 /);
  expect(provider?.received()).toBe(0);
});

test('two Host headers are a 400 in the dialect of the path', async () => {
  const { provider, port } = await start();
  const dialects = [
    [chat, '"code":"invalid_request"'],
    ['/v1/messages', '"type":"invalid_request_error"'],
    ['/v1beta/models/m:generateContent', '"status":"INVALID_ARGUMENT"'],
  ] as const;
  for (const [path, code] of dialects) {
    const client = await rawConnection(port);
    client.send(rawPost(path, clientKey, chatTo('relay/m'), 'host: elsewhere\r\n'));
    const text = await client.all();
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('the request has more than one Host header');
    expect(text).toContain(code);
  }
  expect(provider?.received()).toBe(0);
});

test('a chunked upload arrives whole, even in pieces of one byte', async () => {
  const { client, provider } = await start();
  const body = JSON.stringify(chatTo('relay/m', { s: 'é🙂' }));
  const head = `POST ${chat} HTTP/1.1\r\nhost: x\r\n${auth}transfer-encoding: chunked\r\n\r\n`;
  client.send(head);
  for (const byte of Buffer.from(body)) {
    client.send(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
  }
  client.send('0\r\n\r\n');
  expect(await client.until('I am m.')).toMatch(/^HTTP\/1\.1 200 /);
  expect(provider?.requests[0]?.text).toBe(body.replace('relay/', ''));
});

test('Expect: 100-continue is answered, and the request is served', async () => {
  const { client, provider } = await start();
  const body = JSON.stringify(chatTo('relay/m'));
  const length = `content-length: ${body.length}\r\n`;
  client.send(`POST ${chat} HTTP/1.1\r\nhost: x\r\n${auth}${length}expect: 100-continue\r\n\r\n`);
  await client.until('HTTP/1.1 100 Continue');
  client.send(body);
  await client.until('I am m.');
  expect(provider?.requests[0]?.headers).not.toHaveProperty('expect');
});

test('after a 401 sent before the body was read, the next request on the connection is served', async () => {
  const { client } = await start();
  client.send(rawPost(chat, 'nobody', chatTo('relay/m', { filler: 'x'.repeat(100_000) })));
  await client.until(' 401 ');
  client.send(rawPost(chat, clientKey, chatTo('relay/m')));
  await client.until('I am m.');
});

test('a 413 reaches a client that keeps sending, and its body isn’t taken for a request', async () => {
  const { client, provider, port } = await start(undefined, { bodyLimitBytes: 1024 });
  const inner = rawPost(chat, clientKey, chatTo('relay/m'));
  const filler = inner.repeat(20_000);
  client.send(
    `POST ${chat} HTTP/1.1\r\nhost: x\r\n${auth}content-length: ${filler.length}\r\n\r\n`,
  );
  client.send(filler);
  const text = await client.all();
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(text).toContain('request_too_large');
  const chunked = await rawConnection(port);
  chunked.send(`POST ${chat} HTTP/1.1\r\nhost: x\r\n${auth}transfer-encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  chunked.send(chunk.repeat(40));
  expect(await chunked.until('request_too_large')).toMatch(/^HTTP\/1\.1 413 /);
  expect(provider?.received()).toBe(0);
});

test('fetch gets a 413 although it has megabytes more to send', async () => {
  const { origin } = await start(undefined, { bodyLimitBytes: 1024 });
  for (let round = 0; round < 5; round += 1) {
    const body = JSON.stringify(chatTo('relay/m', { filler: 'x'.repeat(8 * 1024 ** 2) }));
    const headers = { authorization: `Bearer ${clientKey}` };
    const response = await fetch(origin + chat, { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'request_too_large' } });
  }
});

test('a pipelined answer that breaks off ends the connection', async () => {
  const origin = await upstreamForTest(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    if (JSON.parse(text).n === 1) {
      setTimeout(() => response.end('{"n":1}'), 200);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"n":', () => response.socket?.destroy());
  });
  const { client } = await start(origin);
  client.send([1, 2].map((n) => rawPost(chat, clientKey, chatTo('relay/m', { n }))).join(''));
  expect(await client.all()).not.toContain('"n":2');
});

test('interim answers of the upstream are skipped', async () => {
  const { origin } = await rawUpstream(
    () =>
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${okAnswer}`,
  );
  const { client } = await start(origin);
  client.send(rawPost(chat, clientKey, chatTo('relay/m')));
  const text = await client.until('I am m.');
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
});

test('trailers of the upstream are dropped', async () => {
  const { origin } = await rawUpstream(
    () =>
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntrailer: x-sum\r\n' +
      `transfer-encoding: chunked\r\n\r\n${goodBody.length.toString(16)}\r\n${goodBody}\r\n0\r\nx-sum: 7\r\n\r\n`,
  );
  const { origin: gateway } = await start(origin);
  for (let round = 0; round < 2; round += 1) {
    const answer = await call(gateway, chat, { body: chatTo('relay/m') });
    expect([answer.status, answer.text]).toEqual([200, goodBody]);
    expect(answer.headers).not.toHaveProperty('trailer');
  }
});

test('headers that the upstream’s Connection header names are dropped', async () => {
  const { origin } = await rawUpstream(() =>
    okAnswer.replace('content-type', 'connection: x-hop, keep-alive\r\nx-hop: 1\r\ncontent-type'),
  );
  const { origin: gateway } = await start(origin);
  const { headers } = await call(gateway, chat, { body: chatTo('relay/m') });
  expect(headers).not.toHaveProperty('x-hop');
});

test('a kept connection that the upstream has closed causes no error', async () => {
  // The second request on a connection finds it closed.
  const served = new Map<number, number>();
  const { origin, state } = await rawUpstream((_, connection) => {
    const count = (served.get(connection) ?? 0) + 1;
    served.set(connection, count);
    return count === 1 ? okAnswer : null;
  });
  const { origin: gateway, recordsAtEnd } = await start(origin);
  for (let round = 0; round < 6; round += 1) {
    const answer = await call(gateway, chat, { body: chatTo('relay/m') });
    expect([answer.status, answer.headers['x-proxy-attempts']]).toEqual([200, '1']);
  }
  expect(state.connections).toBeGreaterThan(3);
  for (const { attempts } of await recordsAtEnd()) {
    expect(attempts).toMatchObject([{ status: 200, is_live_failure: false }]);
  }
});

test('a kept connection that breaks after a while is a failure, because the upstream may have worked on the request', async () => {
  let requests = 0;
  const origin = await upstreamForTest((_, response) => {
    requests += 1;
    if (requests === 1) response.end(goodBody);
    else setTimeout(() => response.socket?.destroy(), 1_200);
  });
  const { origin: gateway } = await start(origin);
  expect((await call(gateway, chat, { body: chatTo('relay/m') })).status).toBe(200);
  expect((await call(gateway, chat, { body: chatTo('relay/m') })).status).toBe(502);
  expect(requests).toBe(2);
});

test('a new connection that breaks is a failure, and the request isn’t sent again', async () => {
  const { origin, state } = await rawUpstream(() => null);
  const { origin: gateway } = await start(origin);
  expect((await call(gateway, chat, { body: chatTo('relay/m') })).status).toBe(502);
  expect(state.connections).toBe(1);
});

test('the answer of an upstream that hasn’t read the whole request arrives', async () => {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
    response.end('{"error":{"message":"too much for me"}}');
  });
  const { origin: gateway } = await start(origin);
  const body = chatTo('relay/m', { filler: 'x'.repeat(3 * 1024 ** 2) });
  for (let round = 0; round < 3; round += 1) {
    const answer = await call(gateway, chat, { body });
    expect([answer.status, answer.json?.error.message]).toEqual([413, 'too much for me']);
  }
});

test('an answer without a body passes unchanged', async () => {
  for (const status of [204, 205]) {
    const { origin } = await rawUpstream(() => `HTTP/1.1 ${status} Nothing\r\n\r\n`);
    const { origin: gateway } = await start(origin);
    const answer = await call(gateway, chat, { body: chatTo('relay/m') });
    expect([answer.status, answer.bytes.length]).toEqual([status, 0]);
  }
});

test('an answer that ends with its connection arrives whole', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":1}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { origin: gateway } = await start(`http://127.0.0.1:${port}`);
  expect((await call(gateway, chat, { body: chatTo('relay/m') })).json).toEqual({ a: 1 });
});
