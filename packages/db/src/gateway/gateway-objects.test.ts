import type { ObjectChange } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createTarget,
  type Database,
  deleteTarget,
  findGatewayObjects,
  listNewestObjects,
  listObjectHolders,
  listProxyRequests,
  pruneGatewayObjects,
  recordProxyRequests,
} from '../index.ts';

const dayS = 86_400;
let requests = 0;

function made(hash: string, more: Partial<ObjectChange> = {}): ObjectChange {
  return { hash, kind: 'file', is_deleted: false, ...more };
}

/** Records a request that changed these objects. */
async function record(
  db: Database,
  objects: ObjectChange[],
  fields: Parameters<typeof proxyRequest>[0] = {},
) {
  requests += 1;
  const request = proxyRequest({ request_id: `r${requests}`, attempts: [], ...fields });
  await recordProxyRequests(db, [{ ...request, objects }]);
}

const newest = (db: Database, nowS = 1_000) => listNewestObjects(db, { limit: 10, nowS });

test('what a request made is found by its hash, with its channel and its key', async () => {
  const db = await tempDatabase();
  await record(db, [made('a'), made('b', { kind: 'batch', target_key: 'k' })], { key_id: 7 });
  await record(db, [made('c')], { key_id: null, target_id: 2 });
  expect(await findGatewayObjects(db, ['b', 'c', 'x'])).toEqual([
    { object_hash: 'b', target_id: 1, target_key: 'k', key_id: 7, kind: 'batch' },
    { object_hash: 'c', target_id: 2, target_key: null, key_id: null, kind: 'file' },
  ]);
  expect((await newest(db)).map(({ object_hash }) => object_hash)).toEqual(['a', 'b', 'c']);
});

test('the channels that have a key’s objects are listed, the latest first', async () => {
  const db = await tempDatabase();
  for (const target_id of [2, 1, 3, 2]) {
    await record(db, [made(`f${requests}`)], { target_id, key_id: target_id === 3 ? 8 : 7 });
  }
  const kinds = ['file', 'batch-input'] as const;
  expect(await listObjectHolders(db, { key_id: 7, kinds })).toEqual([
    { target_id: 2, target_key: null },
    { target_id: 1, target_key: null },
  ]);
  expect(await listObjectHolders(db, { key_id: 7, kinds: ['batch'] })).toEqual([]);
});

test('on one channel an id stays with the key that had it first', async () => {
  const db = await tempDatabase();
  await record(db, [made('a')], { key_id: 7 });
  await record(db, [made('a')], { key_id: 8 });
  await record(db, [made('a')], { key_id: 8, target_id: 2 });
  expect(await findGatewayObjects(db, ['a'])).toMatchObject([
    { target_id: 1, key_id: 7 },
    { target_id: 2, key_id: 8 },
  ]);
});

test('a deletion ends it on that channel alone', async () => {
  const db = await tempDatabase();
  for (const target_id of [1, 2]) await record(db, [made('a')], { target_id });
  await record(db, [made('a', { is_deleted: true })], { target_id: 1 });
  expect(await findGatewayObjects(db, ['a'])).toMatchObject([{ target_id: 2 }]);
});

test('a batch of records that is delivered twice counts once', async () => {
  const db = await tempDatabase();
  const again = { request_id: 'again' };
  await record(db, [made('a')], again);
  await record(db, [made('a', { is_deleted: true })]);
  await record(db, [made('a')], again);
  expect(await newest(db)).toEqual([]);
});

test('what has expired, what deleted channels had and the oldest above the limit are deleted', async () => {
  const db = await tempDatabase();
  const nowS = 500;
  for (const name of ['a', 'b']) await createTarget(db, targetInput({ name }), nowS);
  await record(db, [made('kept'), made('old', { kind: 'gemini-file' })]);
  await record(db, [made('on-b')], { target_id: 2 });
  const batches = { batchSize: 1, limit: 100 };
  expect(await pruneGatewayObjects(db, { ...batches, nowS })).toBe(0);
  expect(await newest(db, nowS + 4 * dayS)).toHaveLength(2);
  expect(await pruneGatewayObjects(db, { ...batches, nowS: nowS + 4 * dayS })).toBe(1);
  await deleteTarget(db, 2, nowS);
  expect(await pruneGatewayObjects(db, { ...batches, nowS })).toBe(1);
  await record(db, [made('x'), made('y')]);
  await pruneGatewayObjects(db, { ...batches, limit: 2, nowS });
  expect((await newest(db)).map(({ object_hash }) => object_hash)).toEqual(['x', 'y']);
});

test('a database of the version before keeps its requests and gets the table', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0011-evidence');
  await sql`insert into proxy_requests (request_id, timestamp, key_name, requested_model, route, stream,
    status, attempts, duration_s, request_bytes, response_bytes, outcome)
    values ('r-old', 5, 'k', 'm', 'chat', 0, 200, '[]', 1, 1, 1, 'ok')`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await listProxyRequests(db, { limit: 9 })).toMatchObject([{ request_id: 'r-old' }]);
  await record(db, [made('a')]);
  expect(await newest(db)).toHaveLength(1);
});
