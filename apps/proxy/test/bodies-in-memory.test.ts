import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { chatTo } from './call.ts';
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
