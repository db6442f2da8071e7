import { expect, test } from 'vitest';
import { attempt, failedAttempt, keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import { finding, finish, probe, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createProxyKey,
  createTarget,
  getProxyKey,
  getTarget,
  listModelStates,
  listProxyKeyRevisions,
  listProxyRequests,
  listRechecks,
  listTargetRevisions,
  recordProxyRequests,
  updateTarget,
} from '../index.ts';

/** A channel whose model passed its probe at 401, and a key. */
async function withTraffic() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  await finish(db, await startedRun(db, 1, 400), [probe({ timestamp: 401 })], {
    findings: [{ model: 'gpt-4o', finding: finding({ at: 401 }) }],
  });
  const key = await createProxyKey(db, keyInput(), 1);
  const evidence = async () => (await listModelStates(db, { with_history: false }))[0]?.evidence;
  const revision = async () => (await listTargetRevisions(db))[0]?.revision ?? 0;
  return { db, key, evidence, revision };
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
  expect(await recordProxyRequests(db, [request])).toMatchObject({ recorded: 1 });
  expect(await listProxyRequests(db, { limit: 10 })).toEqual([
    { ...request, id: 1, outcome: 'ok' },
  ]);
});

test('a batch that is delivered twice counts once', async () => {
  const { db, evidence } = await withTraffic();
  const batch = [failing('a', 500), failing('b', 501)];
  await recordProxyRequests(db, batch);
  expect(await recordProxyRequests(db, [...batch, failing('c', 502)])).toMatchObject({
    recorded: 1,
  });
  expect(await recordProxyRequests(db, [failing('d', 503), failing('d', 503)])).toMatchObject({
    recorded: 1,
  });
  expect(await listProxyRequests(db, { limit: 10 })).toHaveLength(4);
  expect(await evidence()).toMatchObject([{ failures: 4 }]);
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

test('failures of traffic make a model rest, until traffic succeeds', async () => {
  const { db, evidence } = await withTraffic();
  expect(await recordProxyRequests(db, [failing('b', 501), failing('a', 500)])).toEqual({
    recorded: 2,
    changes: [{ target_id: 1 }],
  });
  expect(await evidence()).toMatchObject([
    {
      ...{ state: 'proven', failures: 2, failing_since: 500.5, rest_until: 503.5 },
      ...{ error: 'HTTP 503: no capacity', error_kind: 'upstream' },
    },
  ]);
  expect(await listRechecks(db, 503.5)).toMatchObject([{ model: 'gpt-4o' }]);
  const answered = proxyRequest({ request_id: 'c', timestamp: 504 });
  expect((await recordProxyRequests(db, [answered])).changes).toEqual([{ target_id: 1 }]);
  expect(await evidence()).toMatchObject([
    { state: 'proven', failures: 0, proved_by: 'traffic', proved_at: 504.5 },
  ]);
  expect(await listRechecks(db, 9000)).toEqual([]);
});

test('an answer on another route proves the model there', async () => {
  const { db, evidence, revision } = await withTraffic();
  const before = await revision();
  await recordProxyRequests(db, [proxyRequest({ route: 'anthropic', timestamp: 402 })]);
  expect(await evidence()).toMatchObject([
    { route: 'chat', state: 'proven', proved_by: 'probe' },
    { route: 'anthropic', state: 'proven', proved_by: 'traffic', first_token_s: null },
  ]);
  expect(await revision()).toBe(before + 1);
});

test('a fault of the whole channel is kept with it, until any model answers', async () => {
  const { db } = await withTraffic();
  const fault = { outcome: 'failure', kind: 'quota', scope: 'channel' } as const;
  const measured = { first_token_s: null, retry_after_s: null };
  const attempts = [
    failedAttempt({
      error: 'HTTP 402: no credit',
      finding: { ...fault, ...measured, began_at: 500, at: 500.5 },
    }),
  ];
  const request = proxyRequest({ timestamp: 500, attempts });
  expect((await recordProxyRequests(db, [request])).changes).toEqual([{ target_id: 1 }]);
  expect(await getTarget(db, 1)).toMatchObject({
    fault: { kind: 'quota', error: 'HTTP 402: no credit', since: 500.5 },
  });
  await recordProxyRequests(db, [proxyRequest({ request_id: 'later', timestamp: 600 })]);
  expect(await getTarget(db, 1)).toMatchObject({ fault: null });
});

test('a request from before the channel was edited says nothing about it, because its key was another', async () => {
  const { db } = await withTraffic();
  await updateTarget(db, 1, { api_key: 'sk-new' }, 550);
  const fault = { outcome: 'failure', kind: 'auth', scope: 'channel' } as const;
  const refusedAt = (began_at: number) => {
    const measured = { first_token_s: null, retry_after_s: null, began_at, at: began_at + 1 };
    const attempts = [failedAttempt({ error: 'HTTP 401', finding: { ...fault, ...measured } })];
    const request = proxyRequest({ request_id: `at ${began_at}`, timestamp: began_at, attempts });
    return recordProxyRequests(db, [request]);
  };
  await refusedAt(549);
  expect(await getTarget(db, 1)).toMatchObject({ fault: null });
  await refusedAt(551);
  expect(await getTarget(db, 1)).toMatchObject({ fault: { kind: 'auth' } });
});

test('a busy gateway renews a proof every half minute, without making others read it again', async () => {
  const { db, evidence, revision } = await withTraffic();
  const before = await revision();
  const provedAt = async () => (await evidence())?.[0]?.proved_at;
  const answer = (timestamp: number) =>
    recordProxyRequests(db, [proxyRequest({ request_id: `at ${timestamp}`, timestamp })]);
  for (let timestamp = 402; timestamp < 430; timestamp += 1) await answer(timestamp);
  expect(await provedAt()).toBe(401);
  expect((await answer(431)).changes).toEqual([]);
  expect(await provedAt()).toBe(431.5);
  expect(await revision()).toBe(before);
});

test('gateways read a channel again after its time to the first token has moved', async () => {
  const { db, evidence, revision } = await withTraffic();
  const before = await revision();
  const answer = (timestamp: number, first_token_s: number) => {
    const shown = { outcome: 'success', kind: null, scope: 'route', retry_after_s: null } as const;
    const times = { began_at: timestamp, at: timestamp + 0.5 };
    const attempts = [attempt({ finding: { ...shown, ...times, first_token_s } })];
    const request = { request_id: `at ${timestamp}`, timestamp, attempts };
    return recordProxyRequests(db, [proxyRequest(request)]);
  };
  await answer(402, 0.26);
  expect(await revision()).toBe(before);
  await answer(403, 2);
  expect(await revision()).toBe(before + 1);
  expect((await evidence())?.[0]?.first_token_s).toBeGreaterThan(0.5);
});

test('requests to deleted channels and models are stored too', async () => {
  const { db } = await withTraffic();
  const gone = [attempt({ target_id: 99 }), failedAttempt({ model: 'gone' })];
  const request = proxyRequest({ key_id: 77, target_id: 99, attempts: gone });
  expect(await recordProxyRequests(db, [request])).toEqual({ recorded: 1, changes: [] });
});

test('of a large batch only what is new is written, wherever it stands', async () => {
  const { db, key } = await withTraffic();
  const batch = Array.from({ length: 150 }, (_, at) =>
    proxyRequest({ request_id: `r${at}`, key_id: key.id, output_tokens: at }),
  );
  const known = batch.filter((_, at) => at % 3 === 0);
  expect(await recordProxyRequests(db, known)).toMatchObject({ recorded: 50 });
  expect(await recordProxyRequests(db, batch)).toMatchObject({ recorded: 100 });
  const stored = await listProxyRequests(db, { limit: 200 });
  expect(stored.map(({ request_id }) => request_id).sort()).toEqual(
    batch.map(({ request_id }) => request_id).sort(),
  );
  expect(stored.every(({ request_id, output_tokens }) => request_id === `r${output_tokens}`)).toBe(
    true,
  );
});

test('a thousand requests are written at once', async () => {
  const { db } = await withTraffic();
  const many = Array.from({ length: 1000 }, (_, n) => proxyRequest({ request_id: `r${n}` }));
  expect(await recordProxyRequests(db, many)).toMatchObject({ recorded: 1000 });
});
