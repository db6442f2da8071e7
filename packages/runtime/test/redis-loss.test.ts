import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { listProxyRequests, listRuns } from '@api-monitor/db';
import type { FakeProvider } from '@api-monitor/fake-provider';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followEvents } from './follow-events.ts';
import {
  addTarget,
  ask,
  askAsAdmin,
  chat,
  openServices,
  runOnce,
  type TestService,
  type TestServices,
} from './start-services.ts';

const patient = { timeout: 30_000, interval: 200 };

let services: TestServices;
let provider: FakeProvider;
let api: TestService;
let proxy: TestService;
let sent = 0;

beforeAll(async () => {
  services = await openServices();
  provider = await services.startProvider({ m: 'good' });
  [api, proxy] = await Promise.all([services.start('api'), services.start('proxy')]);
  await services.start('worker');
  await runOnce(api, await addTarget(api, 'steady', provider));
}, redisStartTimeoutMs + 60_000);
afterAll(() => services?.close());

const health = () => ask(api, '/api/health');
const recorded = async () =>
  (await listProxyRequests(services.db, { limit: 1000 })).filter(({ status }) => status === 200)
    .length;
async function askOnce(): Promise<number> {
  const status = await chat(proxy, 'steady/m');
  if (status === 200) sent += 1;
  return status;
}

test('without Redis the gateway serves and the api writes, and nothing is lost', async () => {
  await expect.poll(askOnce, patient).toBe(200);
  const events = await followEvents(api);
  await services.redis.stop();
  await expect.poll(async () => (await health()).status, patient).toBe(503);
  expect((await health()).json.detail).toMatch(/^Redis is out of reach: channels can be read/);
  for (let n = 0; n < 20; n += 1) expect(await askOnce()).toBe(200);
  const id = await addTarget(api, 'made meanwhile', provider);
  const renamed = { method: 'PATCH', body: { name: 'renamed meanwhile' } };
  expect((await ask(api, `/api/targets/${id}`, renamed)).status).toBe(200);
  const key = (await askAsAdmin(api, '/api/proxy/keys', { body: { name: 'meanwhile' } })).json
    .proxy_key;
  await expect.poll(() => chat(proxy, 'steady/m', key), patient).toBe(200);
  sent += 1;
  expect((await ask(api, `/api/targets/${id}/run`, { method: 'POST' })).status).toBe(503);

  await services.redis.start();
  await expect.poll(async () => (await health()).status, patient).toBe(200);
  // Events were missed meanwhile, so pages read everything again.
  await expect.poll(events.names, patient).toContain('resync');
  events.close();
  await runOnce(api, id);
  // The schedule may have started a run itself when Redis came back.
  const latest = async () => (await listRuns(services.db, id, 1))[0]?.status;
  await expect.poll(latest, patient).toBe('completed');
  await expect.poll(recorded, patient).toBe(sent);
}, 90_000);

test('runs and records continue after Redis was emptied', async () => {
  const events = await followEvents(api);
  const redis = new Redis(services.redis.url);
  await redis.flushall();
  redis.disconnect();
  for (let n = 0; n < 5; n += 1) expect(await askOnce()).toBe(200);
  await runOnce(api, await addTarget(api, 'after the flush', provider));
  await expect.poll(events.names, patient).toContain('run_completed');
  await expect.poll(recorded, patient).toBe(sent);
  events.close();
}, 60_000);

test('no request waits for a frozen Redis', async () => {
  services.redis.signal('SIGSTOP');
  const begun = performance.now();
  for (let n = 0; n < 20; n += 1) expect(await askOnce()).toBe(200);
  expect(performance.now() - begun).toBeLessThan(5_000);
  const id = await addTarget(api, 'while it was frozen', provider);
  expect(id).toBeGreaterThan(0);
  services.redis.signal('SIGCONT');
  await expect.poll(async () => (await health()).status, patient).toBe(200);
  await runOnce(api, id);
  await expect.poll(recorded, patient).toBe(sent);
}, 60_000);
