import { expect, test } from 'vitest';
import { chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';

/** An upstream that hangs and counts the callers that have gone. */
async function start(hasFirstByte: boolean) {
  const state = { asked: 0, gone: 0 };
  const origin = await upstreamForTest((_, response) => {
    state.asked += 1;
    response.on('close', () => {
      state.gone += 1;
    });
    if (!hasFirstByte) return;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(goodEvent);
  });
  const second = await upstreamForTest((_, response) => void response.end(goodBody));
  const models = { m: {} };
  const gateway = await gatewayForTest({
    channels: { a: { origin, models }, b: { origin: second, models } },
  });
  const client = await rawConnection(gateway.port);
  client.send(rawPost(chat, clientKey, chatTo('m', { stream: true })));
  return { ...gateway, state, client };
}

test.each([
  ['before the first byte', false],
  ['midway', true],
])(
  'if a client leaves %s, the upstream connection is closed at once and no other channel is tried',
  async (_, midway) => {
    const { state, client, recordsAtEnd, events } = await start(midway);
    await expect.poll(() => state.asked).toBe(1);
    if (midway) await client.until('I am m.');
    client.socket.destroy();
    await expect.poll(() => state.gone, { interval: 5 }).toBe(1);
    const records = await recordsAtEnd();
    await expect.poll(() => records.length).toBe(1);
    expect(records).toMatchObject([
      { status: 499, error_kind: null, attempts: [{ target_name: 'a', is_live_failure: false }] },
    ]);
    expect(events).toEqual([]);
  },
);

test('if a client leaves while it sends its body, no channel is tried', async () => {
  const { state, port } = await start(false);
  await expect.poll(() => state.asked).toBe(1);
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('m')).slice(0, -20));
  client.socket.destroy();
  const later = await rawConnection(port);
  later.send(rawPost('/v1/models', clientKey, {}));
  await later.until('405');
  expect(state.asked).toBe(1);
});

test('if a client leaves while its objects are looked up, no channel is asked', async () => {
  const upstream = { asked: 0 };
  const origin = await upstreamForTest((_, response) => {
    upstream.asked += 1;
    response.end(goodBody);
  });
  const lookup = Promise.withResolvers<void>();
  const seen = { lookups: 0 };
  const { port, connections, recordsAtEnd } = await gatewayForTest({
    channels: { a: { origin, models: { m: { routes: ['responses'] } } } },
    withStore: (store) => ({
      ...store,
      async objects(hashes) {
        seen.lookups += 1;
        await lookup.promise;
        return store.objects(hashes);
      },
    }),
  });
  const client = await rawConnection(port);
  const body = { model: 'm', input: 'hi', previous_response_id: 'resp_1', stream: true };
  client.send(rawPost('/v1/responses', clientKey, body));
  await expect.poll(() => seen.lookups).toBe(1);
  client.socket.destroy();
  await expect.poll(() => connections.size).toBe(0);
  lookup.resolve();
  await expect.poll(async () => (await recordsAtEnd()).length).toBe(1);
  expect(await recordsAtEnd()).toMatchObject([{ status: 499, attempts: [] }]);
  expect(upstream.asked).toBe(0);
});

test('a client that resets its connection doesn’t count against the channel', async () => {
  const { state, client, recordsAtEnd, events } = await start(true);
  await client.until('I am m.');
  client.socket.resetAndDestroy();
  await expect.poll(() => state.gone, { interval: 5 }).toBe(1);
  expect((await recordsAtEnd())[0]).toMatchObject({ status: 499, error_kind: null });
  expect(events).toEqual([]);
});
