import { once } from 'node:events';
import { createServer } from 'node:http';
import { alertRuleDefaults } from '@api-monitor/core';
import { getChannelBalance, listBalances, updateTarget } from '@api-monitor/db';
import { type FakeAccount, startFakeProvider } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test } from 'vitest';
import { lookAtBalances } from '../src/alerts/looks/look-at-balances.ts';
import { pollBalance, queueBalancePolls } from '../src/balances/poll-balance.ts';
import { addTarget, openTestWorker } from './open-test-worker.ts';

const apiKey = 'sk-upstream-0123456789abcdef';
const never = new AbortController().signal;

async function startRelay(more: Partial<FakeAccount> = {}) {
  const account: FakeAccount = {
    ...{ left: 10, used: 0, perRequest: 0.5, kind: 'new_api', multiplier: 1, ...more },
  };
  const provider = await startFakeProvider({ models: { m: 'good' }, apiKey, account });
  onTestFinished(() => provider.close());
  return { ...provider, account, asked: () => provider.requests.map(({ url }) => url) };
}

/** A server that answers every request so, and what it was asked. */
async function startServer(
  answer: (url: string) => { status: number; body: string; headers?: object },
) {
  const asked: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, authorization: headers.authorization });
    const { status, body, headers: more = {} } = answer(url);
    response.writeHead(status, { ...more }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, port, asked };
}

/** A worker with one channel, and polls of it. */
async function openPolled(relay: { origin: string }, fields: Parameters<typeof addTarget>[2] = {}) {
  const worker = await openTestWorker();
  const deps = worker.makeDeps();
  const { id } = await addTarget(worker, relay, { balance_interval_min: 30, ...fields });
  const ran = { last_run_at: worker.clock.now };
  await worker.db.kysely.updateTable('targets').set(ran).where('id', '=', id).execute();
  const poll = (more: { is_forced?: boolean } = {}) =>
    pollBalance(deps, { target_id: id, ...more }, never);
  const pollAfter = async (seconds: number) => {
    worker.clock.now += seconds;
    await poll();
    return getChannelBalance(worker.db, id);
  };
  return { ...worker, deps, id, poll, pollAfter, known: () => getChannelBalance(worker.db, id) };
}

test('a balance is found, remembered, and asked for after its interval', async () => {
  const relay = await startRelay();
  const { db, deps, clock, id, poll, pollAfter } = await openPolled(relay);
  await queueBalancePolls(deps);
  expect(await deps.bus.balancePolls.depth()).toMatchObject({ waiting: 1 });
  await poll();
  const first = await pollAfter(0);
  expect(first).toMatchObject({
    ...{ source: 'new_api', fault: null, failures: 0, due_at: clock.now + 1800 },
    multipliers: [{ group: 'default', value: 1 }],
    keys: [{ amount: 10, unit: 'USD', days_left: null }],
  });
  const before = relay.requests.length;
  relay.account.left = 8;
  expect(await pollAfter(1799)).toEqual(first);
  expect(await pollAfter(1)).toMatchObject({ keys: [{ amount: 8 }] });
  expect(relay.asked().slice(before)).toEqual(['/api/usage/token/', '/api/status']);
  expect(await listBalances(db, { target_id: id, from: 0 })).toMatchObject([
    { amount: 10, used: 0 },
    { amount: 8 },
  ]);
  expect(deps.events.filter(({ type }) => type === 'target_updated')).toHaveLength(2);
});

test('the days left follow from what falls', async () => {
  const relay = await startRelay();
  const { pollAfter } = await openPolled(relay);
  for (let hours = 0; hours < 8; hours += 1) {
    await pollAfter(hours === 0 ? 0 : 3600);
    relay.account.left -= 0.5;
  }
  const known = await pollAfter(3600);
  expect(known?.keys[0]).toMatchObject({ amount: 6, spent_per_day: 12, days_left: 0.5 });
});

test('where nothing answers it is asked again after a day, or once the address has changed', async () => {
  const panel = await startServer(() => ({ status: 200, body: '<!doctype html><p>Panel' }));
  const relay = await startRelay({ kind: 'sub2api', multiplier: 0.8 });
  const { db, clock, id, poll, pollAfter } = await openPolled(panel);
  await poll();
  expect(panel.asked).toHaveLength(7);
  expect(await pollAfter(80_000)).toMatchObject({ fault: 'absent', failures: 1, keys: [] });
  expect(panel.asked).toHaveLength(7);
  await pollAfter(6400);
  expect(panel.asked).toHaveLength(14);
  await updateTarget(db, id, { base_url: relay.origin, api_key: apiKey }, clock.now);
  expect(await pollAfter(0)).toMatchObject({
    ...{ source: 'sub2api', fault: null, keys: [{ amount: 10 }] },
    multipliers: [{ group: null, value: 0.8 }],
  });
});

test('a quota failure asks at once', async () => {
  const relay = await startRelay();
  const { db, deps, clock, id, poll } = await openPolled(relay);
  await poll();
  const before = relay.requests.length;
  clock.now += 600;
  const fault = {
    ...{ since: clock.now, found_at: clock.now, failures: 1, kind: 'quota', error: 'no credit' },
    ...{ status: 402, rest_until: clock.now + 60, by: 'traffic', unreached_models: [] },
  };
  const stored = { fault: JSON.stringify(fault) };
  await db.kysely.updateTable('targets').set(stored).where('id', '=', id).execute();
  await queueBalancePolls(deps);
  expect(await deps.bus.balancePolls.depth()).toMatchObject({ waiting: 1 });
  await poll();
  expect(relay.requests.length).toBeGreaterThan(before);
  const after = relay.requests.length;
  clock.now += 600;
  await poll();
  expect(relay.requests.length).toBe(after);
});

test('disabled channels, and those whose interval is 0, are only asked by hand', async () => {
  const relay = await startRelay();
  const { db, deps, clock, id, poll } = await openPolled(relay, { enabled: false });
  await queueBalancePolls(deps);
  await poll();
  await updateTarget(db, id, { enabled: true, balance_interval_min: 0 }, clock.now);
  await queueBalancePolls(deps);
  await poll();
  expect(relay.requests).toEqual([]);
  await poll({ is_forced: true });
  expect(relay.requests.length).toBeGreaterThan(0);
});

test('each key is asked with itself alone, and the next keys go on after a refused one', async () => {
  const answers = (url: string) =>
    url === '/v1/usage'
      ? { status: 200, body: JSON.stringify({ mode: 'unrestricted', remaining: 5, unit: 'USD' }) }
      : { status: 404, body: '' };
  const server = await startServer(answers);
  const keys = ['a', 'b'].map((name) => ({
    name,
    api_key: `sk-${name}-0123456789`,
    enabled: true,
  }));
  const [first] = keys;
  const { known, poll } = await openPolled(server, { keys, api_key: first?.api_key ?? '' });
  await poll();
  expect((await known())?.keys).toMatchObject([
    { name: 'a', amount: 5 },
    { name: 'b', amount: 5 },
  ]);
  const usage = server.asked.filter(({ url }) => url === '/v1/usage');
  expect(usage.map(({ authorization }) => authorization)).toEqual(
    keys.map(({ api_key }) => `Bearer ${api_key}`),
  );
});

test('a key goes to no other origin, and into no message', async () => {
  const thief = await startServer(() => ({ status: 200, body: '{}' }));
  const server = await startServer((url) =>
    url.startsWith('/v1/usage')
      ? { status: 302, body: '', headers: { location: `http://localhost:${thief.port}/v1/usage` } }
      : { status: 401, body: JSON.stringify({ error: { message: `bad key ${apiKey}` } }) },
  );
  const { known, poll } = await openPolled(server);
  await poll();
  expect(thief.asked).toEqual([]);
  const told = await known();
  expect(told).toMatchObject({ fault: 'refused', failures: 1 });
  expect(JSON.stringify(told)).not.toContain(apiKey);
});

test('a poll of a channel that moved meanwhile stores nothing', async () => {
  const moved: { to: (() => Promise<unknown>) | null } = { to: null };
  const server = await startServer(() => {
    void moved.to?.();
    return { status: 404, body: '' };
  });
  const { db, clock, id, known, poll } = await openPolled(server);
  moved.to = () => updateTarget(db, id, { base_url: 'http://127.0.0.1:1' }, clock.now);
  await poll();
  expect(await known()).toBeNull();
});

test('people are told of a balance that won’t last, unless nobody asks for it any more', async () => {
  const relay = await startRelay({ left: 4.5 });
  const { db, clock, id, pollAfter } = await openPolled(relay);
  for (let hours = 0; hours < 8; hours += 1) {
    await pollAfter(3600);
    relay.account.left -= 0.1;
  }
  const bad = async () => {
    const looks = await lookAtBalances(db, alertRuleDefaults, clock.now);
    return looks.flatMap(({ subject, judge }) => {
      const judged = judge(false);
      return judged?.is_bad ? [[subject.kind, subject.target_id, judged.figures]] : [];
    });
  };
  expect(await bad()).toEqual([['balance', id, { balance: 3.8, unit: 'USD', days_left: 1.6 }]]);
  await updateTarget(db, id, { enabled: false }, clock.now);
  expect(await bad()).toEqual([]);
});
