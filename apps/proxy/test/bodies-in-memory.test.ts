import { createServer, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest, listen } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** What buffers hold after a garbage collection. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test('a request’s body is freed while its stream goes on', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(goodEvent);
    });
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const filler = 'x'.repeat(3_500_000);
  const before = heldBytes();
  const count = 6;
  for (let at = 0; at < count; at += 1) {
    const client = await rawConnection(gateway.port);
    const body = chatTo('relay/m', { stream: true, filler });
    client.send(rawPost(chat, clientKey, body));
    await client.until('I am m.');
  }
  // Freed buffers are swept in the background.
  const held = () => heldBytes() - before;
  await expect.poll(held).toBeLessThan(0.5 * count * filler.length);
});

/** An upstream that accepts connections and reads nothing; `onSocket` may do more. */
async function deafUpstream(onSocket: (socket: Socket) => void = () => {}) {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
    onSocket(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${port}`, sockets };
}

test('a body in chunks of one byte takes no more than its bytes', async () => {
  const gateway = await gatewayForTest();
  const count = 300_000;
  const chunks = Buffer.from('1\r\nx\r\n'.repeat(count));
  const held = () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  const client = await rawConnection(gateway.port);
  client.send(`POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${clientKey}\r\n`);
  client.send('transfer-encoding: chunked\r\n\r\n');
  client.send(chunks);
  const read = () => [...gateway.connections][0]?.bytesRead ?? 0;
  await expect.poll(read, { timeout: 10_000 }).toBeGreaterThan(chunks.length);
  expect(held() - before).toBeLessThan(10 * count);
});

test('bodies take no more memory than the budget counts, not even while they arrive', async () => {
  const { origin, sockets } = await deafUpstream();
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const count = 10;
  const filler = 'x'.repeat(4_000_000);
  const request = Buffer.from(rawPost(chat, clientKey, chatTo('relay/m', { filler })));
  const clients = await Promise.all(
    Array.from({ length: count }, () => rawConnection(gateway.port)),
  );
  const before = heldBytes();
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 1);
  for (const client of clients) client.send(request);
  await expect.poll(() => sockets.length, { timeout: 10_000 }).toBe(count);
  clearInterval(look);
  expect(most).toBeLessThan(1.1 * count * filler.length);
});

test('a body counts until its channel has read it, even if the channel answers early', async () => {
  const { origin, sockets } = await deafUpstream((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${goodEvent}`),
  );
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { m: {} } } },
    options: { bodyLimitBytes: 12_000_000, bodiesLimitBytes: 20_000_000 },
  });
  // More than the system's own buffers hold.
  const request = rawPost(chat, clientKey, chatTo('relay/m', { filler: 'x'.repeat(11_000_000) }));
  const post = async () => {
    const client = await rawConnection(gateway.port);
    client.send(request);
    return client;
  };
  await (await post()).until('I am m.');
  await (await post()).until(' 503 ');
  sockets[0]?.destroy();
  const statusOfNext = async () => {
    // The stream broke, so the model rests.
    gateway.clock.aheadS += 40;
    return (await (await post()).until(/^HTTP.* \d+/)).split(' ')[1];
  };
  await expect.poll(statusOfNext).toBe('200');
});

test('bodies beyond the budget are refused until there is room again', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume().on('end', () => response.end(goodBody));
  });
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { m: {} } } },
    options: { bodiesLimitBytes: 100_000 },
  });
  const body = chatTo('relay/m', { filler: 'x'.repeat(70_000) });
  const post = () => call(gateway.origin, chat, { body });
  expect((await post()).status).toBe(200);
  const slow = await rawConnection(gateway.port);
  const text = rawPost(chat, clientKey, body);
  slow.send(text.slice(0, -100));
  await expect.poll(async () => (await post()).status).toBe(503);
  const refused = await post();
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json.error).toMatchObject({ code: 'overloaded' });
  slow.send(text.slice(-100));
  await slow.until('HTTP/1.1 200');
  expect((await post()).status).toBe(200);
});

test('bodies that are declared and never sent don’t use up the budget', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume().on('end', () => response.end(goodBody));
  });
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { m: {} } } },
    options: { bodiesLimitBytes: 16 * 1024 ** 2 },
  });
  for (let n = 0; n < 20; n += 1) {
    const client = await rawConnection(gateway.port);
    const length = 'content-length: 4000000\r\nexpect: 100-continue\r\n';
    client.send(
      `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${clientKey}\r\n${length}\r\n`,
    );
    await client.until('100 Continue');
    client.send('{"model": ');
  }
  const body = chatTo('relay/m', { filler: 'x'.repeat(3_000_000) });
  expect((await call(gateway.origin, chat, { body })).status).toBe(200);
});
