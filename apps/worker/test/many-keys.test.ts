import { once } from 'node:events';
import { createServer, request as sendTo } from 'node:http';
import { getTarget, listModelStates, updateTarget } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { queueRechecks, recheckModel } from '../src/traffic/recheck.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const innerKey = 'sk-upstream-0123456789abcdef';
const keyOf = (name: string) => `sk-${name}-0123456789abcdef`;
const endless = new AbortController().signal;

interface KeyFault {
  status: number;
  message: string;
  retryAfterS?: number;
}
type KeyAnswer = 'good' | KeyFault;
const revoked: KeyFault = { status: 401, message: 'Incorrect API key provided' };
const usedUp: KeyFault = { status: 402, message: 'insufficient balance' };

/** A provider that answers per key, before one that answers well; notes who asked for what. */
async function startKeyed(answers: Record<string, KeyAnswer>) {
  const inner = await startProvider({ one: 'good', two: 'good', three: 'good' });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = /^Bearer sk-(.*)-0123456789abcdef$/.exec(request.headers.authorization ?? '')?.[1];
    asked.push(`${name} ${request.method === 'GET' ? 'list' : 'ask'}`);
    const answer = answers[name ?? ''] ?? revoked;
    if (answer !== 'good') {
      request.resume();
      const { status, message, retryAfterS } = answer;
      const headers = { 'content-type': 'application/json' };
      if (retryAfterS !== undefined) response.setHeader('retry-after', retryAfterS);
      response.writeHead(status, headers);
      response.end(JSON.stringify({ error: { message } }));
      return;
    }
    const { port } = new URL(inner.origin);
    const headers = { ...request.headers, authorization: `Bearer ${innerKey}`, host: 'x' };
    const target = { port, path: request.url, method: request.method, headers };
    const sent = sendTo(target, (from) => {
      response.writeHead(from.statusCode ?? 0, from.headers);
      from.pipe(response);
    });
    request.pipe(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, answers, asked };
}

async function start(answers: Record<string, KeyAnswer>) {
  const worker = await openTestWorker();
  const provider = await startKeyed(answers);
  const keys = Object.keys(answers).map((name) => ({ name, api_key: keyOf(name), enabled: true }));
  const { id } = await addTarget(worker, provider, { keys });
  const deps = worker.makeDeps();
  const run = (trigger: 'schedule' | 'manual' = 'schedule') =>
    runTarget(deps, { targetId: id, trigger }, endless);
  const target = async () => {
    const found = await getTarget(worker.db, id);
    if (!found) throw new Error('the channel is gone');
    return found;
  };
  /** By name: the kind of its fault, or whether it is proven. */
  const states = async () => {
    const { keys: stored, key_states } = await target();
    const stateOf = (at: number) =>
      key_states[at]?.fault?.kind ?? (key_states[at]?.proved_at ? 'proven' : 'unproven');
    return Object.fromEntries(stored.map(({ name }, at) => [name, stateOf(at)]));
  };
  const models = async () =>
    (await listModelStates(worker.db)).map(({ model, success }) => [model, success]);
  const used = (what = 'ask') =>
    provider.asked
      .splice(0)
      .flatMap((one) => (one.endsWith(what) ? one.slice(0, one.indexOf(' ')) : []));
  deps.bus.modelProbes.consume((again, cut) => recheckModel(deps, again, cut), { concurrency: 1 });
  const look = async () => {
    await queueRechecks(deps);
    await expect.poll(() => deps.bus.modelProbes.depth()).toEqual({ waiting: 0, active: 0 });
  };
  return { ...worker, deps, provider, id, run, target, states, models, used, look };
}

const allGood = [
  ['one', true],
  ['three', true],
  ['two', true],
];

test('a run asks with the keys in turn, and proves all of them over time', async () => {
  const { run, states, used, clock } = await start({ a: 'good', b: 'good', c: 'good', d: 'good' });
  await run();
  expect(used()).toHaveLength(3);
  clock.now += 1800;
  await run();
  expect(used()).toHaveLength(3);
  expect(await states()).toEqual({ a: 'proven', b: 'proven', c: 'proven', d: 'proven' });
});

test('keys that are refused fail, and neither the models nor the channel', async () => {
  const { run, states, models, used, target } = await start({ a: revoked, b: usedUp, c: 'good' });
  await run();
  expect(await models()).toEqual(allGood);
  expect(await states()).toEqual({ a: 'auth', b: 'quota', c: 'proven' });
  expect(await target()).toMatchObject({ fault: null, last_status: 'healthy', last_error: null });
  const before = used();
  expect(before.filter((name) => name !== 'c').length).toBeLessThanOrEqual(6);
  await run();
  expect(new Set(used())).toEqual(new Set(['c']));
});

test('a key that failed is asked alone, less and less often, and comes back', async () => {
  const { run, states, used, look, clock, provider, models } = await start({
    ...{ a: revoked, b: 'good' },
  });
  await run();
  used();
  await look();
  expect(used()).toEqual([]);
  clock.now += 31;
  await look();
  expect(used()).toEqual(['a']);
  clock.now += 31;
  await look();
  expect(used()).toEqual([]);
  expect(await models()).toEqual(allGood);
  provider.answers.a = 'good';
  clock.now += 30;
  await look();
  expect(used()).toEqual(['a']);
  expect(await states()).toEqual({ a: 'proven', b: 'proven' });
  await look();
  expect(used()).toEqual([]);
});

test('a limited key rests, and its probe is answered by another', async () => {
  const limited = { status: 429, message: 'Rate limit reached', retryAfterS: 600 };
  const { run, states, models, pauses } = await start({ a: limited, b: 'good' });
  await run();
  expect(await models()).toEqual(allGood);
  expect(await states()).toEqual({ a: 'rate_limit', b: 'proven' });
  expect(pauses).toEqual([]);
});

test('a channel whose keys are all refused is at fault, and back with the first that works', async () => {
  const { run, target, states, look, used, clock, provider, models } = await start({
    ...{ a: 'good', b: 'good' },
  });
  await run();
  Object.assign(provider.answers, { a: revoked, b: usedUp });
  clock.now += 1800;
  await run();
  expect(await target()).toMatchObject({ fault: { failures: expect.any(Number) } });
  expect(Object.values(await states()).toSorted()).toEqual(['auth', 'quota']);
  used();
  provider.answers.b = 'good';
  clock.now += 120;
  await look();
  expect(used()).toContain('b');
  expect(await target()).toMatchObject({ fault: null });
  expect(await states()).toEqual({ a: 'auth', b: 'proven' });
  expect(await models()).toEqual(allGood);
});

test('a list that one key may not read is read with the next', async () => {
  const { run, models, used } = await start({ a: 'good', b: revoked });
  await run();
  expect(await models()).toEqual(allGood);
  expect(used('list')).toEqual(expect.arrayContaining(['a', 'b']));
});

test('keys that were put in another order don’t end a run', async () => {
  const { db, id, run, models } = await start({ a: 'good', b: 'good' });
  const turned = ['b', 'a'].map((name) => ({ name, api_key: keyOf(name), enabled: true }));
  await updateTarget(db, id, { keys: turned }, 1_800_000_000);
  await run();
  expect(await models()).toEqual(allGood);
});
