import { expect, test } from 'vitest';
import { attempt, failedAttempt, keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createProxyKey,
  createTarget,
  getProxyKey,
  listModelStates,
  listProxyKeyRevisions,
  listProxyRequests,
  listTargetRevisions,
  recordProxyRequests,
} from '../index.ts';

/** A channel whose model passed its probe at 401, and a key. */
async function withTraffic() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  await runOnce(db, 1, 400, [probe({ timestamp: 401 })]);
  const key = await createProxyKey(db, keyInput(), 1);
  const state = async () => (await listModelStates(db, { with_history: false }))[0];
  return { db, key, state };
}

const failing = (id: string, timestamp: number) =>
  proxyRequest({
    request_id: id,
    timestamp,
    status: 503,
    attempts: [failedAttempt()],
    error: 'HTTP 503: no capacity',
    error_kind: 'upstream',
  });

test('a request is read as it was recorded', async () => {
  const { db, key } = await withTraffic();
  const request = proxyRequest({ key_id: key.id, key_name: 'editor', attempts: [attempt()] });
  expect(await recordProxyRequests(db, [request])).toEqual({ recorded: 1, changes: [] });
  expect(await listProxyRequests(db, { limit: 10 })).toEqual([
    { ...request, id: 1, outcome: 'ok' },
  ]);
});

test('a batch that is delivered twice counts once', async () => {
  const { db, state } = await withTraffic();
  const batch = [failing('a', 500), failing('b', 501)];
  await recordProxyRequests(db, batch);
  expect(await recordProxyRequests(db, [...batch, failing('c', 502)])).toMatchObject({
    recorded: 1,
  });
  expect(await recordProxyRequests(db, [failing('d', 503), failing('d', 503)])).toMatchObject({
    recorded: 1,
  });
  expect(await listProxyRequests(db, { limit: 10 })).toHaveLength(4);
  expect((await state())?.live_failures).toBe(4);
});

test('a key shows when and where it was last used, and use alone makes no gateway read it again', async () => {
  const { db, key } = await withTraffic();
  const used = (request_id: string, timestamp: number, target_id: number | null) =>
    proxyRequest({ request_id, timestamp, target_id, key_id: key.id });
  await recordProxyRequests(db, [used('b', 510, 2), used('a', 500, 1)]);
  const lastUse = async () => {
    const { last_used_at, last_used_target_id } = (await getProxyKey(db, key.id)) ?? {};
    return [last_used_at, last_used_target_id];
  };
  expect(await lastUse()).toEqual([510, 2]);
  await recordProxyRequests(db, [used('c', 505, 1)]);
  expect(await lastUse()).toEqual([510, 2]);
  await recordProxyRequests(db, [used('d', 520, null)]);
  expect(await lastUse()).toEqual([520, 2]);
  expect(await listProxyKeyRevisions(db)).toEqual([{ id: key.id, revision: 1 }]);
});

test('failures of live traffic show on the model until traffic succeeds', async () => {
  const { db, state } = await withTraffic();
  expect(await recordProxyRequests(db, [failing('b', 501), failing('a', 500)])).toEqual({
    recorded: 2,
    changes: [{ target_id: 1, model: 'gpt-4o', live_failures: 2 }],
  });
  expect(await state()).toMatchObject({
    live_failures: 2,
    live_failed_at: 501.5,
    live_error: 'HTTP 503: no capacity',
  });
  const answered = proxyRequest({ request_id: 'c', timestamp: 502, first_byte_s: 0.75 });
  expect((await recordProxyRequests(db, [answered])).changes).toEqual([
    { target_id: 1, model: 'gpt-4o', live_failures: 0 },
  ]);
  expect(await state()).toMatchObject({ live_failures: 0, live_first_byte_s: 0.75 });
});

test('a passed probe also ends the count, a failed one keeps it', async () => {
  const { db, state } = await withTraffic();
  await recordProxyRequests(db, [failing('a', 500)]);
  await runOnce(db, 1, 600, [probe({ success: false, timestamp: 601, error: 'HTTP 500' })]);
  expect((await state())?.live_failures).toBe(1);
  await runOnce(db, 1, 700, [probe({ timestamp: 701 })]);
  expect(await state()).toMatchObject({ live_failures: 0, live_failed_at: 500.5 });
});

test('gateways read a channel again after its time to the first byte has moved, not after every request', async () => {
  const { db } = await withTraffic();
  const revision = async () => (await listTargetRevisions(db))[0]?.revision ?? 0;
  let times = 0;
  const record = (first_byte_s: number) => {
    times += 1;
    const fields = { request_id: `r${times}`, timestamp: 500 + times, first_byte_s };
    return recordProxyRequests(db, [proxyRequest(fields)]);
  };
  const before = await revision();
  await recordProxyRequests(db, [failing('a', 500)]);
  expect(await revision()).toBe(before);
  await record(1);
  expect(await revision()).toBe(before + 1);
  await record(1.1);
  expect(await revision()).toBe(before + 1);
  await record(9);
  expect(await revision()).toBe(before + 2);
});

test('requests to deleted channels and models are stored too', async () => {
  const { db } = await withTraffic();
  const gone = [attempt({ target_id: 99 }), failedAttempt({ model: 'gone' })];
  const request = proxyRequest({ key_id: 77, target_id: 99, attempts: gone });
  expect(await recordProxyRequests(db, [request])).toEqual({ recorded: 1, changes: [] });
});

test('a thousand requests are written at once', async () => {
  const { db } = await withTraffic();
  const many = Array.from({ length: 1000 }, (_, n) => proxyRequest({ request_id: `r${n}` }));
  expect(await recordProxyRequests(db, many)).toMatchObject({ recorded: 1000 });
});
