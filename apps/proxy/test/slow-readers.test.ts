import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { chatTo } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const mebibyte = 1024 ** 2;

/** An upstream that writes events without end, as fast as they are taken, and counts the bytes. */
async function endlessUpstream() {
  const state = { taken: 0, gone: 0 };
  const event = `data: ${'x'.repeat(16_000)}\n\n`;
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = () => {
      let isTaken = true;
      while (isTaken && !response.destroyed) {
        isTaken = response.write(event, () => {
          state.taken += event.length;
        });
      }
    };
    response.on('drain', write);
    response.on('close', () => {
      state.gone += 1;
    });
    write();
  });
  return { origin, state };
}

/** The value once it hasn't changed for 300 ms. */
async function settled(read: () => number): Promise<number> {
  for (let before = read(); ; before = read()) {
    await sleep(300);
    if (read() === before) return before;
  }
}

test('a slow reader slows the upstream down, and the gateway buffers next to nothing', async () => {
  const { origin, state } = await endlessUpstream();
  const channels = { relay: { origin, models: { m: {} } } };
  // Shorter than the reader's pause, which isn't a fault of the upstream.
  const gateway = await gatewayForTest({ channels, options: { idleTimeoutMs: 600 } });
  const client = await rawConnection(gateway.port);
  client.send(rawPost('/v1/chat/completions', clientKey, chatTo('relay/m', { stream: true })));
  await client.until('data: x');
  client.socket.pause();
  const [toClient] = gateway.connections;
  await settled(() => state.taken);
  const memoryAtFirst = process.memoryUsage.rss();
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await sleep(100);
    client.socket.read(102);
    expect(toClient?.writableLength).toBeLessThan(mebibyte / 4);
  }
  // What the system's buffers hold on both sides of the gateway; they grow for a while.
  expect(state.taken).toBeLessThan(24 * mebibyte);
  expect(process.memoryUsage.rss() - memoryAtFirst).toBeLessThan(32 * mebibyte);
  expect(state.gone).toBe(0);
  client.socket.resume();
  const before = state.taken;
  await expect.poll(() => state.taken).toBeGreaterThan(before + 2 * mebibyte);
  client.socket.destroy();
  await expect.poll(() => state.gone).toBe(1);
});

test('a client that reads nothing is cut off in the end, and doesn’t count against the channel', async () => {
  const { origin, state } = await endlessUpstream();
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options: { idleTimeoutMs: 50 } });
  const client = await rawConnection(gateway.port);
  client.send(rawPost('/v1/chat/completions', clientKey, chatTo('relay/m', { stream: true })));
  await client.until('data: x');
  client.socket.pause();
  await expect.poll(() => state.gone).toBe(1);
  expect(await gateway.recordsAtEnd()).toMatchObject([
    { status: 499, attempts: [{ is_live_failure: false }] },
  ]);
});

test('a client that doesn’t read the last of a finished answer is cut off in the end', async () => {
  const event = `data: ${'x'.repeat(60_000)}\n\ndata: [DONE]\n\n`;
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(event);
  });
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options: { idleTimeoutMs: 100 } });
  const client = await rawConnection(gateway.port);
  client.socket.pause();
  // More answers than the system's buffers hold.
  const body = chatTo('relay/m', { stream: true });
  client.send(rawPost('/v1/chat/completions', clientKey, body).repeat(500));
  const connections = () => gateway.connections.size;
  await expect.poll(connections, { interval: 5 }).toBe(1);
  await expect.poll(connections).toBe(0);
});
