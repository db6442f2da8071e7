import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { listRuns } from '@api-monitor/db';
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

const patient = { timeout: 20_000 };

let services: TestServices;
let apis: [TestService, TestService];
let proxies: [TestService, TestService];

beforeAll(async () => {
  services = await openServices();
  const start = services.start;
  apis = await Promise.all([start('api'), start('api')]);
  proxies = await Promise.all([start('proxy'), start('proxy')]);
  await Promise.all([start('worker'), start('worker')]);
}, redisStartTimeoutMs + 60_000);
afterAll(() => services?.close());

test('clients of every api get every event, also after changing to another api', async () => {
  const [first, second] = apis;
  const provider = await services.startProvider({ m: 'good' });
  const followed = await Promise.all([followEvents(first), followEvents(second)]);
  const id = await addTarget(first, 'announced', provider);
  await runOnce(second, id);
  for (const { names } of followed) {
    await expect.poll(names, patient).toContain('run_completed');
    expect(names()).toContain('target_updated');
  }
  const [{ seen }] = followed;
  const early = seen.find(({ event }) => event === 'target_updated');
  const late = await followEvents(second, early?.id);
  await expect.poll(late.names, patient).toContain('run_completed');
  const idsOf = (list: typeof seen) => list.map((one) => one.id).filter(Boolean);
  const after = idsOf(seen).slice(idsOf(seen).indexOf(early?.id ?? '') + 1);
  await expect.poll(() => idsOf(late.seen), patient).toEqual(after);
  for (const { close } of [...followed, late]) close();
});

test('a channel is tried by a worker before it is saved, whichever api was asked', async () => {
  const provider = await services.startProvider({
    'gpt-4o-mini': 'good',
    'hung-mini': 'hang_before_headers',
  });
  const wrong = 'sk-wrong-0123456789';
  const body = { base_url: provider.origin, api_key: 'sk-upstream-0123456789', timeout_s: 5 };
  const tried = await ask(apis[0], '/api/targets/test', { body });
  expect(tried.json.item).toMatchObject({
    list: { models: ['gpt-4o-mini', 'hung-mini'] },
    probe: { model: 'gpt-4o-mini', success: true },
    cost: { models: ['gpt-4o-mini', 'hung-mini'] },
  });
  const refused = await ask(apis[1], '/api/targets/test', { body: { ...body, api_key: wrong } });
  expect(refused.json.item.list.notes).toMatchObject([{ code: 'list_failed', kind: 'auth' }]);
  const { json } = await ask(apis[0], '/api/targets');
  expect(
    json.items.filter((item: { base_url: string }) => item.base_url === provider.origin),
  ).toEqual([]);
});

test('a target runs once at a time, with many requests and several workers', async () => {
  const provider = await services.startProvider({ a: 'good', b: 'good', c: 'good' });
  const ids: number[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await addTarget(apis[0], `crowded ${n}`, provider));
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(
      ids.flatMap((id) =>
        [...apis, ...apis].map((api) => ask(api, `/api/targets/${id}/run`, { method: 'POST' })),
      ),
    );
    await Promise.all(ids.map((id) => runOnce(apis[1], id)));
  }
  for (const id of ids) {
    const runs = (await listRuns(services.db, id, 50)).reverse();
    expect(runs.length).toBeGreaterThanOrEqual(3);
    for (const [at, run] of runs.entries()) {
      const next = runs[at + 1];
      expect(run.status).toBe('completed');
      if (next) expect(next.started_at).toBeGreaterThanOrEqual(run.finished_at ?? Infinity);
    }
  }
});

test('a key that one api revokes is rejected by every gateway within a second', async () => {
  const provider = await services.startProvider({ k: 'good' });
  await runOnce(apis[0], await addTarget(apis[0], 'keyed', provider));
  const made = await askAsAdmin(apis[0], '/api/proxy/keys', { body: { name: 'short-lived' } });
  const { item, proxy_key: key } = made.json;
  const statuses = () => Promise.all(proxies.map((proxy) => chat(proxy, 'keyed/k', key)));
  await expect.poll(statuses, patient).toEqual([200, 200]);
  await askAsAdmin(apis[1], `/api/proxy/keys/${item.id}`, { method: 'DELETE' });
  await expect.poll(statuses, { timeout: 4_000, interval: 50 }).toEqual([401, 401]);
});

test("a key's limit applies to all gateways together", async () => {
  const provider = await services.startProvider({ l: 'good' });
  await runOnce(apis[0], await addTarget(apis[0], 'limited', provider));
  const body = { name: 'limited', rpm_limit: 6 };
  const { proxy_key: key } = (await askAsAdmin(apis[0], '/api/proxy/keys', { body })).json;
  // The limit is per minute, and the next minute may begin meanwhile.
  const servedIn = new Map<number, number>();
  const askOf = async (proxy: TestService) => {
    const minute = Math.floor(Date.now() / 60_000);
    const status = await chat(proxy, 'limited/l', key);
    if (status === 200) servedIn.set(minute, (servedIn.get(minute) ?? 0) + 1);
    return status;
  };
  await expect.poll(() => askOf(proxies[0]), patient).toBe(200);
  for (let n = 0; n < 4; n += 1) await askOf(proxies[0]);
  expect(await askOf(proxies[1])).toBe(200);
  await expect.poll(() => askOf(proxies[1]), { ...patient, interval: 700 }).toBe(429);
  // At most two more than the limit, because the gateways learn of each other's requests a little later.
  expect(Math.max(...servedIn.values())).toBeLessThanOrEqual(8);
});

test('each service ends cleanly on SIGTERM', async () => {
  const started = await Promise.all([
    services.start('api'),
    services.start('worker'),
    services.start('proxy'),
  ]);
  expect(await Promise.all(started.map((service) => service.stop()))).toEqual([0, 0, 0]);
});
