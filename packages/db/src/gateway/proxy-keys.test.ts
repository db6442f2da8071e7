import { noBudgets, proxyKeyDefaults } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { keyInput } from '../../test/proxy-samples.ts';
import { targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createProxyKey,
  createTarget,
  deleteTarget,
  getProxyKey,
  listGatewayKeys,
  listProxyKeyRevisions,
  listProxyKeys,
  readBudgets,
  regenerateProxyKey,
  revokeProxyKey,
  updateProxyKey,
  updateTarget,
} from '../index.ts';

test('a new key has every field, and its hash is only for gateways', async () => {
  const db = await tempDatabase();
  const limits = { expires_at: 9000, rpm_limit: 60, tpm_limit: 10_000 };
  const lists = { allowed_target_ids: [3, 1], allowed_models: ['Relay/gpt-4o'] };
  const key = await createProxyKey(db, keyInput({ ...limits, ...lists }), 100);
  expect(key).toEqual({
    id: 1,
    name: 'editor',
    key_prefix: 'sk-am-1234',
    created_at: 100,
    revoked_at: null,
    last_used_at: null,
    last_used_target_id: null,
    ...proxyKeyDefaults,
    ...limits,
    ...lists,
  });
  expect(await listProxyKeys(db)).toEqual([key]);
  expect(await getProxyKey(db, 1)).toEqual(key);
  expect(await listGatewayKeys(db)).toEqual([{ ...key, key_hash: 'hash-1', revision: 1 }]);
});

test('each change raises the revision, so that gateways read the key again', async () => {
  const db = await tempDatabase();
  const { id } = await createProxyKey(db, keyInput(), 100);
  const revision = async () => (await listProxyKeyRevisions(db))[0]?.revision;
  expect(await revision()).toBe(1);
  await updateProxyKey(db, id, { enabled: false });
  expect(await revision()).toBe(2);
  await regenerateProxyKey(db, id, { key_hash: 'hash-2', key_prefix: 'sk-am-5678' });
  expect(await revision()).toBe(3);
});

test('a patch changes what it names and nothing else', async () => {
  const db = await tempDatabase();
  const before = await createProxyKey(db, keyInput({ rpm_limit: 5 }), 100);
  const patch = { enabled: false, allowed_target_ids: [7], rpm_limit: null };
  expect(await updateProxyKey(db, before.id, patch)).toEqual({ ...before, ...patch });
});

test('a regenerated key has another hash and keeps everything else', async () => {
  const db = await tempDatabase();
  const before = await createProxyKey(db, keyInput(), 100);
  const secret = { key_hash: 'hash-2', key_prefix: 'sk-am-5678' };
  expect(await regenerateProxyKey(db, before.id, secret)).toEqual({
    ...before,
    key_prefix: 'sk-am-5678',
  });
  expect((await listGatewayKeys(db)).map((key) => key.key_hash)).toEqual(['hash-2']);
});

test('a revoked key stays in the list, unknown to gateways, and never changes again', async () => {
  const db = await tempDatabase();
  const { id } = await createProxyKey(db, keyInput(), 100);
  expect(await revokeProxyKey(db, id, 200)).toMatchObject({ revoked_at: 200 });
  expect(await listGatewayKeys(db)).toEqual([]);
  expect(await listProxyKeyRevisions(db)).toEqual([]);
  expect(await revokeProxyKey(db, id, 300)).toBeNull();
  expect(await updateProxyKey(db, id, { enabled: true })).toBeNull();
  expect(await regenerateProxyKey(db, id, { key_hash: 'x', key_prefix: 'x' })).toBeNull();
  expect((await listProxyKeys(db)).map((key) => key.revoked_at)).toEqual([200]);
});

test('what does not exist is null', async () => {
  const db = await tempDatabase();
  expect(await getProxyKey(db, 9)).toBeNull();
  expect(await updateProxyKey(db, 9, { enabled: false })).toBeNull();
});

test('renaming a channel changes the keys that name it, and no other entry', async () => {
  const db = await tempDatabase();
  const a = await createTarget(db, targetInput({ name: 'a' }), 1);
  const b = await createTarget(db, targetInput({ name: 'b' }), 1);
  const { id } = await createProxyKey(
    db,
    keyInput({ allowed_models: ['a/m', 'ab/m', 'a/x/y', 'a/*', '*/m', 'a*', 'tag:a'] }),
    1,
  );
  const [before] = await listProxyKeyRevisions(db);
  await updateTarget(db, a.id, { name: 'new' }, 2);
  await updateTarget(db, b.id, { name: 'a' }, 3);
  expect((await getProxyKey(db, id))?.allowed_models).toEqual([
    ...['new/m', 'ab/m', 'new/x/y', 'new/*', '*/m', 'a*', 'tag:a'],
  ]);
  expect((await listProxyKeyRevisions(db))[0]?.revision).toBeGreaterThan(before?.revision ?? 0);
});

test('deleting a channel removes it from the keys; a key without entries is paused, not opened to everything', async () => {
  const db = await tempDatabase();
  const a = await createTarget(db, targetInput({ name: 'a' }), 1);
  const both = await createProxyKey(db, keyInput({ allowed_models: ['a/m', 'b/m'] }), 1);
  const alone = await createProxyKey(
    db,
    keyInput({ key_hash: 'hash-2', allowed_models: ['a/m'] }),
    1,
  );
  await deleteTarget(db, a.id, 2);
  expect(await getProxyKey(db, both.id)).toMatchObject({ allowed_models: ['b/m'], enabled: true });
  expect(await getProxyKey(db, alone.id)).toMatchObject({
    allowed_models: ['a/m'],
    enabled: false,
  });
});

test('a key of the version before is routed as the setting says, until it gets a policy', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0017-transport');
  await sql`insert into proxy_keys (name, key_hash, key_prefix, allowed_targets, allowed_models, rpm_limit, created_at)
    values ('laptop', 'hash', 'sk-am-1234', '[1]', '["a/b"]', 7, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getProxyKey(db, 1)).toMatchObject({
    ...{ name: 'laptop', rpm_limit: 7, routing_policy: null },
    ...{ allowed_target_ids: [1], allowed_models: ['a/b'] },
  });
  expect(await updateProxyKey(db, 1, { routing_policy: 'weighted' })).toMatchObject({
    ...{ routing_policy: 'weighted', rpm_limit: 7 },
  });
});

test('a key of the version before has no budgets, and what it used counts once it gets one', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0026-status-tags');
  await sql`insert into proxy_keys (name, key_hash, key_prefix, allowed_targets, allowed_models, tpm_limit, created_at)
    values ('laptop', 'hash', 'sk-am-1234', '[]', '[]', 9, 5)`.execute(before);
  await sql`insert into proxy_totals (hour, key_id, target_id, model, route, outcome, key_name, requests,
      failures, input_tokens, output_tokens, first_byte_sum_s, first_byte_count)
    values (7200, 1, 1, 'm', 'chat', 'ok', 'laptop', 3, 0, 4000000000, 20, 0.5, 3)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getProxyKey(db, 1)).toMatchObject({
    ...{ name: 'laptop', tpm_limit: 9, ...noBudgets, max_price: null, allow_unpriced: false },
    ...{ budget_time_zone: 'UTC', budget_alert_percent: null },
  });
  const limits = { tokens_total: 900_000_000_000, cost_per_day: 0.25, allow_unpriced: true };
  const key = await updateProxyKey(db, 1, { ...limits, budget_time_zone: 'Asia/Shanghai' });
  expect(key).toMatchObject(limits);
  expect(await readBudgets(db, key ? [key] : [], 7300)).toMatchObject([
    { unit: 'cost', period: 'day', limit: 0.25 },
    { unit: 'tokens', period: 'total', used: 4_000_000_020 },
  ]);
});
