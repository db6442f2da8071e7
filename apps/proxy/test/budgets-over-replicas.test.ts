import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, createRedisBus } from '@api-monitor/bus';
import { redisStartTimeoutMs, startRedisServer } from '@api-monitor/bus/test/redis-server';
import { listProxyRequests, recordProxyRequests } from '@api-monitor/db';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest, type TestGateway, testStore } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import type { TestKey } from './test-key.ts';

const key = 'sk-budgeted';
/** An answer costs 0.1. */
const settings = { prices: ['m = input 1000, output 0'] };
const answer = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 1, total_tokens: 101 },
});
const patient = { timeout: 20_000 };
/** Longer than gateways take to hear of each other. */
const answerMs = 150;

let redis: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  redis = await startRedisServer();
}, redisStartTimeoutMs);
afterAll(() => redis?.close());

/** Gateways with one database and one Redis; their records are written as the worker does it. */
async function startGateways(count: number, fields: Omit<TestKey, 'key'>) {
  const state = { served: 0, running: 0, mostRunning: 0 };
  const origin = await upstreamForTest((request, response) => {
    state.running += 1;
    state.mostRunning = Math.max(state.mostRunning, state.running);
    request.resume();
    setTimeout(() => {
      state.running -= 1;
      state.served += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    }, answerMs);
  });
  const first = await gatewayForTest({
    channels: { one: { origin, models: { m: {} } } },
    keys: [{ key, ...fields }],
    settings,
  });
  const { db, nowS } = first;
  const keyPrefix = randomUUID();
  const openBus = (): Bus => {
    const options = { redisUrl: redis.url, keyPrefix, nowMs: Date.now, newJobId: randomUUID };
    const bus = createRedisBus({ ...options, onFault: () => {} });
    onTestFinished(() => bus.close());
    return bus;
  };
  const writer = openBus();
  writer.proxyRequests.consume(
    async ({ requests }) => void (await recordProxyRequests(db, requests)),
    { concurrency: 1 },
  );
  const open = () =>
    gatewayForTest({ options: { store: testStore({ db, nowS, settings }), bus: openBus(), nowS } });
  const gateways = await Promise.all(Array.from({ length: count }, open));
  const countRows = async () => (await listProxyRequests(db, { limit: 1_000 })).length;
  return { state, gateways, open, countRows };
}

const ask = async ({ origin }: TestGateway) =>
  (await call(origin, '/v1/chat/completions', { key, body: chatTo('m') })).status;

const spent = async ({ origin }: TestGateway) => {
  const { budgets } = (await call(origin, '/v1/usage', { key })).json;
  return Number(budgets[0].used);
};

async function flushRedis(): Promise<void> {
  const socket = connect(Number(new URL(redis.url).port), '127.0.0.1');
  socket.write('FLUSHALL\r\n');
  const [reply] = await once(socket, 'data');
  expect(String(reply)).toBe('+OK\r\n');
  socket.destroy();
}

/** Asks all gateways, several requests at a time, until each has refused for good. */
async function askUntilRefused(gateways: readonly TestGateway[], atATime: number) {
  let served = 0;
  const client = async (gateway: TestGateway) => {
    for (let tries = 0; tries < 300; tries += 1) {
      const status = await ask(gateway);
      if (status === 200) served += 1;
      else if (status === 402) return;
      else await sleep(20);
    }
    throw new Error('never refused');
  };
  const clients = gateways.flatMap((gateway) =>
    Array.from({ length: atATime }, () => client(gateway)),
  );
  await Promise.all(clients);
  return served;
}

test('three gateways together exceed a budget by no more than what was under way', async () => {
  const { state, gateways } = await startGateways(3, { cost_total: 3, requests_total: 1_000 });
  const served = await askUntilRefused(gateways, 4);
  expect(served).toBe(state.served);
  // Reservations keep it within the budget, but for those that began before the others heard of any.
  expect(served).toBeGreaterThanOrEqual(30);
  expect(served).toBeLessThanOrEqual(30 + state.mostRunning);
  for (const gateway of gateways) {
    await expect.poll(() => spent(gateway), patient).toBeCloseTo(served / 10, 5);
  }
});

test('an emptied Redis gives nothing back, and neither does a restart', async () => {
  const { state, gateways, open, countRows } = await startGateways(3, {
    cost_total: 1.5,
  });
  const [a, b, c] = gateways;
  if (!a || !b || !c) throw new Error('three gateways');
  for (const gateway of [a, b, a, b]) expect(await ask(gateway)).toBe(200);
  // Records that still wait in Redis would be lost with it.
  await expect.poll(countRows, patient).toBe(4);
  await flushRedis();
  for (const gateway of [a, b, c]) expect(await ask(gateway)).toBe(200);
  await expect.poll(() => spent(c), patient).toBeCloseTo(0.7, 5);
  await expect.poll(countRows, patient).toBe(7);
  await a.recordsAtEnd();
  await flushRedis();
  const fresh = await open();
  expect(await spent(fresh)).toBeCloseTo(0.7, 5);
  await askUntilRefused([b, c, fresh], 1);
  expect(state.served).toBeGreaterThanOrEqual(15);
  expect(state.served).toBeLessThanOrEqual(15 + state.mostRunning);
});
