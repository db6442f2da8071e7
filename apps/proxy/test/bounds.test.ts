import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createChannelSlots } from '@api-monitor/bus';
import { updateTarget } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { keyedProvider } from './keyed-provider.ts';
import { clientKey, gatewayForTest, listen } from './open-test-gateway.ts';
import { rawConnection, rawPost } from './raw-connection.ts';
import type { TestChannel } from './test-channel.ts';

const chat = '/v1/chat/completions';
const models = { m: { routes: ['chat', 'anthropic'] as const } };

/** A channel whose answers wait until the test lets them go. */
async function channel(fields: TestChannel['fields'] = {}) {
  const held: ServerResponse[] = [];
  const seen = { most: 0, atMs: [] as number[], isOpen: false };
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(goodBody);
  const server = createServer((request, response) => {
    request.resume();
    seen.atMs.push(performance.now());
    if (seen.isOpen) return void answer(response);
    held.push(response);
    response.once('close', () => held.includes(response) && held.splice(held.indexOf(response), 1));
    seen.most = Math.max(seen.most, held.length);
  });
  new WebSocketServer({ server }).on('connection', () => {});
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    ...{ held, seen },
    channel: { origin: `http://127.0.0.1:${port}`, models, fields } satisfies TestChannel,
    /** Answers the request that came first. */
    release: async () => {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      const first = held.shift();
      if (first) answer(first);
    },
  };
}

type Made = Awaited<ReturnType<typeof channel>>;

async function start(given: Record<string, Made>, settings = {}) {
  const made = Object.entries(given).map(([name, one]) => [name, one.channel] as const);
  const gateway = await gatewayForTest({ channels: Object.fromEntries(made), settings });
  const nameOf = new Map(Object.entries(gateway.targetIds).map(([name, id]) => [String(id), name]));
  const ask = async (model = 'm', path = chat, more = {}) => {
    const answer = await call(gateway.origin, path, { body: chatTo(model, more) });
    return { ...answer, from: nameOf.get(String(answer.headers['x-proxy-target-id'])) };
  };
  return { gateway, ask };
}

test('a request whose channel is full goes to the next one, and waits for nobody', async () => {
  const [a, b] = [await channel({ max_concurrency: 1 }), await channel()];
  const { ask } = await start({ a, b });
  const first = ask();
  await expect.poll(() => a.held.length).toBe(1);
  const second = ask();
  await b.release();
  expect((await second).from).toBe('b');
  await a.release();
  expect((await first).from).toBe('a');
  const again = ask();
  await a.release();
  expect((await again).from).toBe('a');
});

test('if all are full a request waits for the first place, in the order of arrival', async () => {
  const [a, b] = [await channel({ max_concurrency: 1 }), await channel({ max_concurrency: 1 })];
  const { ask } = await start({ a, b });
  const running = [ask(), ask()];
  await expect.poll(() => a.held.length + b.held.length).toBe(2);
  const waiting = [ask(), ask()];
  await expect.poll(() => a.held.length + b.held.length).toBe(2);
  await b.release();
  await expect.poll(() => b.seen.atMs.length).toBe(2);
  await b.release();
  await b.release();
  await a.release();
  const answers = await Promise.all([...running, ...waiting]);
  expect(answers.map(({ status, from }) => [status, from])).toEqual([
    [200, 'a'],
    [200, 'b'],
    [200, 'b'],
    [200, 'b'],
  ]);
  expect([a.seen.most, b.seen.most]).toEqual([1, 1]);
});

test('who waits in vain gets a 429 in its dialect that says when to try again', async () => {
  const a = await channel({ max_concurrency: 1 });
  const { ask, gateway } = await start({ a }, { patience_s: 1.5 });
  const running = ask();
  await expect.poll(() => a.held.length).toBe(1);
  const startedAtMs = performance.now();
  const [openai, anthropic] = await Promise.all([
    ask(),
    ask('a/m', '/v1/messages', { max_tokens: 9 }),
  ]);
  expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  expect([openai.status, openai.headers['retry-after'], openai.json.error.code]).toEqual([
    ...[429, '5', 'rate_limit_exceeded'],
  ]);
  expect(openai.json.error.message).toContain('the channel "a" has as many requests');
  expect(anthropic.json).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
  await a.release();
  expect((await running).status).toBe(200);
  const records = (await gateway.recordsAtEnd()).map(({ status, attempts }) => [
    status,
    attempts.length,
  ]);
  expect(records.toSorted()).toEqual([
    [200, 1],
    [429, 0],
    [429, 0],
  ]);
});

test('a client that leaves while it waits takes no place, and one that leaves its channel frees it', async () => {
  const a = await channel({ max_concurrency: 1 });
  const { ask, gateway } = await start({ a });
  const running = await rawConnection(gateway.port);
  running.send(rawPost(chat, clientKey, chatTo('m')));
  await expect.poll(() => a.held.length).toBe(1);
  const leaving = await rawConnection(gateway.port);
  leaving.send(rawPost(chat, clientKey, chatTo('m')));
  const waiting = ask();
  await new Promise((resolve) => setTimeout(resolve, 100));
  leaving.socket.destroy();
  running.socket.destroy();
  await expect.poll(() => a.seen.atMs.length).toBe(2);
  await a.release();
  expect((await waiting).status).toBe(200);
  expect(a.seen.atMs).toHaveLength(2);
});

test('what other processes have under way counts, and a changed bound counts at once', async () => {
  const a = await channel({ max_concurrency: 2 });
  const { ask, gateway } = await start({ a }, { patience_s: 1 });
  const id = gateway.targetIds.a ?? 0;
  const worker = createChannelSlots({
    ...{ slots: gateway.bus.slots, processName: 'worker' },
    nowMs: () => performance.now(),
  });
  onTestFinished(() => worker.close());
  const bounded = { id, max_concurrency: 2, min_gap_ms: 0 };
  const taken = await Promise.all([1, 2].map(() => worker.take([bounded], { waitMs: 0 })));
  expect((await ask()).status).toBe(429);
  await updateTarget(gateway.db, id, { max_concurrency: 3 }, gateway.nowS());
  a.seen.isOpen = true;
  await expect.poll(async () => (await ask()).status).toBe(200);
  for (const slot of taken) if (typeof slot !== 'string') slot.give();
});

test('requests to a channel with a gap follow each other in that time', async () => {
  const a = await channel({ min_gap_ms: 150 });
  a.seen.isOpen = true;
  const { ask } = await start({ a });
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask()));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const gaps = a.seen.atMs.slice(1).map((at, index) => at - (a.seen.atMs[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(120);
});

test('a live session has its place until it ends', async () => {
  const a = await channel({ max_concurrency: 1 });
  const { ask, gateway } = await start({ a }, { patience_s: 1 });
  const address = `${gateway.origin.replace('http', 'ws')}/v1/realtime?model=a/m`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${clientKey}` } });
  await once(socket, 'open');
  expect((await ask()).status).toBe(429);
  socket.close();
  a.seen.isOpen = true;
  await expect.poll(async () => (await ask()).status).toBe(200);
});

test('with gaps, refused keys of two channels are tried as often as without', async () => {
  const keysOf = (name: string) =>
    Array.from({ length: 30 }, (_, n) => ({
      ...{ name: `k${n}`, api_key: `sk-${name}${n}-0123456789abcdef`, enabled: true },
    }));
  const names = ['a', 'b'] as const;
  const made = names.map(async (name) => {
    const provider = await keyedProvider({});
    const fields = { keys: keysOf(name), min_gap_ms: 60 };
    return [name, { provider, channel: { origin: provider.origin, models, fields } }] as const;
  });
  const channels = await Promise.all(made);
  const gateway = await gatewayForTest({
    channels: Object.fromEntries(channels.map(([name, one]) => [name, one.channel])),
  });
  const { status } = await call(gateway.origin, chat, { body: chatTo('m') });
  expect(status).toBe(401);
  const counts = channels.map(([, { provider }]) => provider.asked.length);
  // As without gaps: four keys of one channel, sixteen of the last.
  expect(counts.toSorted((a, b) => a - b)).toEqual([4, 16]);
});
