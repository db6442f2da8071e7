import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** What buffers hold when all that nobody needs has gone. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test('while a stream goes on its request is held once at most', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"a":1}\n\n');
    });
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const filler = 'x'.repeat(3_500_000);
  const before = heldBytes();
  const count = 6;
  for (let at = 0; at < count; at += 1) {
    const client = await rawConnection(gateway.port);
    const body = chatTo('relay/m', { stream: true, filler });
    client.send(rawPost('/v1/chat/completions', clientKey, body));
    await client.until('"a":1');
  }
  // Freed buffers are swept in the background: the number falls a moment later.
  const held = () => heldBytes() - before;
  await expect.poll(held, { timeout: 3000 }).toBeLessThan(1.5 * count * filler.length);
});

test('bodies that all together find no room are refused, and find it again', async () => {
  const origin = await upstreamForTest((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { m: {} } } },
    options: { bodiesLimitBytes: 100_000 },
  });
  const body = chatTo('relay/m', { filler: 'x'.repeat(70_000) });
  const post = () => call(gateway.origin, '/v1/chat/completions', { body });
  expect((await post()).status).toBe(200);
  const slow = await rawConnection(gateway.port);
  const text = rawPost('/v1/chat/completions', clientKey, body);
  slow.send(text.slice(0, -100));
  await expect.poll(async () => (await post()).status).toBe(503);
  const refused = await post();
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json.error).toMatchObject({ code: 'overloaded' });
  slow.send(text.slice(-100));
  await slow.until('HTTP/1.1 200');
  expect((await post()).status).toBe(200);
});
