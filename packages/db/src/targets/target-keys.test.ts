import { keysOf, newKeyState, type ProxyAttempt, type TargetKey } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { failedAttempt, proxyRequest } from '../../test/proxy-samples.ts';
import { failure, finding, finish, probe, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createTarget,
  type Database,
  deleteTarget,
  getTarget,
  listRechecks,
  openTarget,
  recordKeyProbe,
  recordProxyRequests,
  updateTarget,
  upstreamTargetOf,
  usableKeysOf,
} from '../index.ts';

const key = (name: string, enabled = true): TargetKey => ({
  ...{ name, api_key: `sk-${name}-0123456789`, enabled },
});
const keys = [key('a'), key('b'), key('c', false)];

async function withKeys(db: Database, list = keys) {
  const target = await createTarget(db, targetInput({ keys: list }), 1);
  const run = await startedRun(db, target.id, 995);
  await finish(db, run, [probe({ model: 'm' })], {
    findings: [{ model: 'm', finding: finding() }],
  });
  return target;
}

const refusal = (at: number): NonNullable<ProxyAttempt['finding']> => ({
  ...{ outcome: 'failure', kind: 'auth', scope: 'channel', began_at: at, at },
  ...{ first_token_s: null, retry_after_s: null },
});

async function hashesOf(db: Database, id = 1) {
  return (await getTarget(db, id))?.key_states.map((state) => state.key) ?? [];
}

test('a channel of the version before has its one key', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0018-names-and-routing');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at)
    values ('a', 'https://a.example', 'sk-old', 5, 5)`.execute(before);
  await sql`insert into gateway_objects (object_hash, target_id, key_id, kind, created_at)
    values ('h', 1, null, 'file', 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  const target = await getTarget(db, 1);
  expect(target).toMatchObject({ keys: [], key_states: [] });
  expect(target && usableKeysOf(db, target)).toEqual([{ name: '', apiKey: 'sk-old' }]);
  const [object] = await db.kysely.selectFrom('gateway_objects').selectAll().execute();
  expect(object).toMatchObject({ object_hash: 'h', target_key: null });
});

test('keys are sealed one by one, and the first enabled one is the channel’s own', async () => {
  const db = await tempDatabase();
  const list = [key('off', false), ...keys];
  const stored = await createTarget(db, targetInput({ keys: list }), 1);
  expect(JSON.stringify(stored)).not.toContain('0123456789');
  expect(stored.keys.map(({ name }) => name)).toEqual(['off', 'a', 'b', 'c']);
  expect(openTarget(db, stored)).toMatchObject({ api_key: key('a').api_key, keys: list });
  const upstream = upstreamTargetOf(db, stored);
  expect(upstream.apiKey).toBe(key('a').api_key);
  expect(upstream.allKeys).toEqual(list.map(({ api_key }) => api_key));
  const usable = usableKeysOf(db, stored);
  expect(usable.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(usable.map(({ hash }) => hash)).toEqual((await hashesOf(db)).slice(1, 3));
});

test('a new api_key replaces the first key, and a new list the api_key', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput({ keys }), 1);
  const replaced = await updateTarget(db, id, { api_key: 'sk-new' }, 2);
  expect(replaced && openTarget(db, replaced).keys[0]).toMatchObject({
    name: 'a',
    api_key: 'sk-new',
  });
  expect(replaced && openTarget(db, replaced).api_key).toBe('sk-new');
  const listed = await updateTarget(db, id, { keys: [key('b')] }, 3);
  expect(listed && openTarget(db, listed)).toMatchObject({ api_key: key('b').api_key });
  const single = await updateTarget(db, id, { keys: [] }, 4);
  expect(single).toMatchObject({ keys: [], key_states: [] });
  expect(single && keysOf(openTarget(db, single))).toMatchObject([{ api_key: key('b').api_key }]);
});

test('a key keeps its state in any order, and loses it when it goes, moves or is enabled again', async () => {
  const db = await tempDatabase();
  const { id } = await withKeys(db);
  const [a = '', b = '', c = ''] = await hashesOf(db);
  const prove = (one: string) =>
    db.kysely
      .updateTable('targets')
      .set({
        key_states: JSON.stringify(
          [a, b, c].map((hash) => ({ ...newKeyState(hash), proved_at: hash === one ? 9 : null })),
        ),
      })
      .execute();
  await prove(b);
  const turned = await updateTarget(db, id, { keys: [key('b'), key('a')] }, 2);
  expect(turned?.key_states).toEqual([{ ...newKeyState(b), proved_at: 9 }, newKeyState(a)]);
  const gone = await updateTarget(db, id, { keys: [key('a')] }, 3);
  expect(gone?.key_states).toEqual([newKeyState(a)]);
  await updateTarget(db, id, { keys }, 4);
  await prove(c);
  const enabled = await updateTarget(db, id, { keys: [key('a'), key('b'), key('c')] }, 5);
  expect(enabled?.key_states[2]).toEqual(newKeyState(c));
  await prove(a);
  const moved = await updateTarget(db, id, { base_url: 'https://b.example', keys }, 6);
  expect(moved?.key_states[0]).toEqual(newKeyState(a));
});

test('a refused key fails, and not its channel, until no other key works', async () => {
  const db = await tempDatabase();
  const { id } = await withKeys(db);
  const [a = '', b = ''] = await hashesOf(db);
  const refused = (target_key: string, at: number) =>
    proxyRequest({
      ...{ timestamp: at, target_id: id, request_id: `${target_key}${at}`, route: 'chat' },
      attempts: [failedAttempt({ target_id: id, model: 'm', target_key, finding: refusal(at) })],
    });
  const { changes } = await recordProxyRequests(db, [refused(a, 1100)]);
  expect(changes).toEqual([{ target_id: id }]);
  expect(await getTarget(db, id)).toMatchObject({
    fault: null,
    key_states: [{ fault: { kind: 'auth' } }, { fault: null }, {}],
  });
  expect(await listRechecks(db, 1120)).toEqual([]);
  expect(await listRechecks(db, 1140)).toEqual([
    { target_id: id, model: 'm', reason: 'key', key: a },
  ]);
  await recordProxyRequests(db, [refused(b, 1150)]);
  expect(await getTarget(db, id)).toMatchObject({ fault: { kind: 'auth' } });
  expect(await listRechecks(db, 1200)).toMatchObject([{ reason: 'fault' }]);
});

test('a probe that gets no answer says nothing about the model, and one that does brings the key back', async () => {
  const db = await tempDatabase();
  const { id } = await withKeys(db);
  const [a = ''] = await hashesOf(db);
  const refused = failure({ key: a, kind: 'auth', scope: 'channel', by: 'recheck', at: 1100 });
  const failed = { target_id: id, probe: probe({ model: 'm', success: false }), nowS: 1100 };
  await recordKeyProbe(db, { ...failed, findings: [refused] });
  expect(await getTarget(db, id)).toMatchObject({
    ...{ last_success: 1, fault: null, key_states: [{ fault: { kind: 'auth' } }, {}, {}] },
  });
  const answered = finding({ key: a, by: 'recheck', at: 1200 });
  const back = { target_id: id, probe: probe({ model: 'm' }), nowS: 1200 };
  const target = await recordKeyProbe(db, { ...back, findings: [answered] });
  expect(target?.key_states[0]).toEqual({ key: a, proved_at: 1200, fault: null });
  expect(await listRechecks(db, 9999)).toEqual([]);
});

test('a run notes the keys that failed beside those that answered', async () => {
  const db = await tempDatabase();
  const { id } = await withKeys(db);
  const [a = '', b = ''] = await hashesOf(db);
  const run = await startedRun(db, id, 2000);
  const findings = [
    failure({ key: a, kind: 'quota', scope: 'channel', at: 2001 }),
    finding({ key: b, at: 2002 }),
  ].map((one) => ({ model: 'm', finding: one }));
  await finish(db, run, [probe({ model: 'm' })], { findings });
  expect(await getTarget(db, id)).toMatchObject({
    fault: null,
    key_states: [{ fault: { kind: 'quota' } }, { proved_at: 2002 }, {}],
  });
});

test('a deleted channel leaves no keys behind', async () => {
  const db = await tempDatabase();
  const { id } = await withKeys(db);
  expect(await deleteTarget(db, id, 9)).toBe(true);
});
