import { createHash } from 'node:crypto';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { emptyPostgresDatabase } from '../../test/postgres-database.ts';
import { query } from '../../test/postgres-query.ts';
import { keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import {
  failedProbe,
  failure,
  finding,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempFolder } from '../../test/temp-database.ts';
import {
  type CopiedTable,
  createProxyKey,
  createTarget,
  type Database,
  deleteTarget,
  getProbeMemory,
  listAudit,
  listModelStates,
  listProxyKeys,
  listProxyRequests,
  listRunModels,
  listRuns,
  listStatusItems,
  listTargets,
  openApiKey,
  openDatabase,
  readProbeSeries,
  readProbeUsage,
  readSettings,
  recordProxyRequests,
  replaceStatusItems,
  setSettings,
  sumProxyRequests,
} from '../index.ts';
import { copyToPostgres } from './copy-to-postgres.ts';

// Creating, filling and reading a database takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

async function open(dataDir: string, databaseUrl?: string) {
  const db = await openDatabase({ dataDir, databaseUrl, now: () => 1000 });
  onTestFinished(() => db.close());
  return db;
}

/** A closed data folder with some of everything in it. */
async function filledFolder(): Promise<string> {
  const dataDir = await tempFolder();
  const db = await open(dataDir);
  for (const name of ['Relay', 'Grüße 🌍', 'gone'])
    await createTarget(db, targetInput({ name }), 1.5);
  const many = Array.from({ length: 600 }, (_, index) => probe({ model: `m${index}` }));
  await runOnce(db, 1, 10.125, many);
  await runOnce(db, 2, 20, [
    probe({ content: 'a\0b "quoted" \\ \n' }),
    failedProbe({ model: 'b' }),
  ]);
  const fault = failure({ scope: 'channel', kind: 'auth' });
  await finish(db, await startedRun(db, 2, 25), [probe({ requests: 2 })], {
    findings: [
      { model: 'gpt-4o', finding: finding() },
      { model: 'gpt-4o', finding: fault },
    ],
    ...{ listed_models: ['gpt-4o'], list_way: { path: '/v1/models' }, probe_concurrency: 2 },
  });
  await startedRun(db, 2, 30);
  await deleteTarget(db, 3, 40);
  await createProxyKey(db, keyInput({ allowed_models: ['Relay/gpt-4o'] }), 5);
  await recordProxyRequests(db, [proxyRequest({ target_id: 1, response_bytes: 2 ** 40 })]);
  await setSettings(db, { log_max_size_mb: '7', proxy_master_token: 'sealed-0123456789' }, 6);
  await replaceStatusItems(db, [
    { slug: 'all', name: 'All', target_id: null, tag: null, model: null },
  ]);
  await db.close();
  return dataDir;
}

async function copy(dataDir: string, databaseUrl: string, given: { replace?: boolean } = {}) {
  const tables: CopiedTable[] = [];
  const { isSourceInUse } = await copyToPostgres({
    dataDir,
    databaseUrl,
    replace: false,
    now: () => 1000,
    onTable: (copied) => tables.push(copied),
    ...given,
  });
  return { isSourceInUse, rows: Object.fromEntries(tables.map((one) => [one.table, one.copied])) };
}

const everythingIn = async (db: Database) => ({
  targets: await listTargets(db),
  keys: (await listTargets(db)).map((target) => openApiKey(db, target)),
  runs: [await listRuns(db, 1, 10), await listRuns(db, 2, 10)],
  probes: await listRunModels(db, { target_id: 1, limit: 5000 }),
  states: await listModelStates(db),
  memory: await getProbeMemory(db, 2),
  usage: await readProbeUsage(db, { day: 1000 }),
  series: await readProbeSeries(db, { period: 'day', from: 0 }),
  proxyKeys: await listProxyKeys(db),
  requests: await listProxyRequests(db, { limit: 10 }),
  totals: await sumProxyRequests(db, { group_by: 'key' }),
  settings: await readSettings(db),
  status: await listStatusItems(db),
  audit: await listAudit(db, { limit: 10 }),
});

const digest = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

test('after a copy everything is there and opens with the same key, and the folder is unchanged', async () => {
  const dataDir = await filledFolder();
  const before = await digest(join(dataDir, 'registry.db'));
  const url = await emptyPostgresDatabase();
  const { rows, isSourceInUse } = await copy(dataDir, url);
  expect(rows).toMatchObject({ targets: 2, runs: 4, run_models: 603, model_states: 602 });
  expect(isSourceInUse).toBe(false);
  expect(await digest(join(dataDir, 'registry.db'))).toBe(before);
  const there = await everythingIn(await open(dataDir, url));
  expect(there).toEqual(await everythingIn(await open(dataDir)));
});

test('new numbers follow the last one that was used, even by a deleted channel', async () => {
  const dataDir = await filledFolder();
  const url = await emptyPostgresDatabase();
  await copy(dataDir, url);
  const db = await open(dataDir, url);
  expect((await createTarget(db, targetInput({ name: 'next' }), 50)).id).toBe(4);
  expect((await startedRun(db, 1, 50)).id).toBe(5);
  expect((await createProxyKey(db, keyInput({ key_hash: 'other' }), 50)).id).toBe(2);
});

test('a destination that is not empty is refused, or replaced on request', async () => {
  const dataDir = await filledFolder();
  const url = await emptyPostgresDatabase();
  await copy(dataDir, url);
  await expect(copy(dataDir, url)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(
      /is not empty \(.*targets.*\); name another one, or add --replace/,
    ),
  });
  const { rows } = await copy(dataDir, url, { replace: true });
  expect(rows).toMatchObject({ targets: 2 });
  expect(await query(url, 'select count(*)::int as n from targets')).toEqual([{ n: 2 }]);
});

test('a copy that fails midway leaves nothing and can be repeated', async () => {
  const dataDir = await filledFolder();
  const broken = await tempFolder();
  for (const name of ['registry.db', 'encryption.key']) {
    await copyFile(join(dataDir, name), join(broken, name));
  }
  const sqlite = new Sqlite(join(broken, 'registry.db'));
  sqlite.exec("update run_models set status_code = 'no number' where id = 600");
  sqlite.close();
  const url = await emptyPostgresDatabase();
  await expect(copy(broken, url)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^run_models: .*no number.*nothing was copied$/),
  });
  expect(await query(url, 'select id from targets')).toEqual([]);
  expect((await copy(dataDir, url)).rows).toMatchObject({ run_models: 603 });
});

test('rows whose channel no longer exists are not copied, but reported', async () => {
  const dataDir = await filledFolder();
  const sqlite = new Sqlite(join(dataDir, 'registry.db'));
  sqlite.pragma('foreign_keys = off');
  sqlite.exec('update runs set target_id = 99 where id = 1');
  sqlite.close();
  const tables: CopiedTable[] = [];
  const databaseUrl = await emptyPostgresDatabase();
  const onTable = (copied: CopiedTable) => tables.push(copied);
  await copyToPostgres({ dataDir, databaseUrl, replace: false, now: () => 1000, onTable });
  const ownerless = tables.filter((one) => one.ownerless > 0);
  expect(ownerless.map((one) => [one.table, one.ownerless, one.source - one.copied])).toEqual([
    ['runs', 1, 1],
    ['run_models', 600, 600],
  ]);
});

test('without the key of the secrets nothing is copied', async () => {
  const dataDir = await filledFolder();
  await rm(join(dataDir, 'encryption.key'));
  const url = await emptyPostgresDatabase();
  await expect(copy(dataDir, url)).rejects.toMatchObject({ code: 'encryption_key_mismatch' });
  expect(await query(url, 'select id from targets')).toEqual([]);
});

test('a folder that a monitor has open is copied as it is at that moment, and this is reported', async () => {
  const dataDir = await filledFolder();
  const db = await open(dataDir);
  await setSettings(db, { log_max_size_mb: '8' }, 7);
  const url = await emptyPostgresDatabase();
  expect((await copy(dataDir, url)).isSourceInUse).toBe(true);
  const there = await open(dataDir, url);
  expect(await readSettings(there)).toMatchObject(await readSettings(db));
});

test.each([
  ['no database', async (dataDir: string) => rm(join(dataDir, 'registry.db')), 'not_found'],
  [
    'one of another version',
    async (dataDir: string) => {
      const sqlite = new Sqlite(join(dataDir, 'registry.db'));
      sqlite.exec("delete from kysely_migration where name like '0004%'");
      sqlite.close();
    },
    'conflict',
  ],
])('%s is refused', async (_, spoil, code) => {
  const dataDir = await filledFolder();
  await spoil(dataDir);
  await expect(copy(dataDir, await emptyPostgresDatabase())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^DATA_DIR: /),
  });
});
