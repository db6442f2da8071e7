import { inspect } from 'node:util';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { emptyPostgresDatabase } from '../../../test/postgres-database.ts';
import { query } from '../../../test/postgres-query.ts';
import {
  guardedUser,
  type PrivatePostgresServer,
  startPostgresServer,
} from '../../../test/postgres-server.ts';
import { targetInput } from '../../../test/samples.ts';
import { tempFolder } from '../../../test/temp-database.ts';
import {
  createTarget,
  inTransaction,
  listTargets,
  openDatabase,
  pingDatabase,
  setSettings,
} from '../../index.ts';
import { createPostgresDialect } from './postgres-dialect.ts';

let server: PrivatePostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
  await query(server.url, `create role ${guardedUser} login password 'right'`);
});
afterAll(() => server.close());

async function openAt(databaseUrl: string) {
  const db = await openDatabase({ dataDir: await tempFolder(), databaseUrl, now: () => 1000 });
  onTestFinished(() => db.close());
  return db;
}

async function newDatabase(name: string): Promise<string> {
  await query(server.url, `create database ${name}`);
  return at((url) => void Object.assign(url, { pathname: name }));
}

function at(change: (url: URL) => void): string {
  const url = new URL(server.url);
  change(url);
  return url.href;
}

function connect(url: string, statementTimeoutMs = 10_000, size = 1): Kysely<unknown> {
  const kysely = new Kysely<unknown>({
    dialect: createPostgresDialect({ url, size, statementTimeoutMs }),
  });
  onTestFinished(() => kysely.destroy());
  return kysely;
}

test.each([
  [
    'nobody listens there',
    (url: URL) => void Object.assign(url, { port: '1' }),
    /out of reach \(ECONNREFUSED\)/,
  ],
  [
    'the database is none',
    (url: URL) => void Object.assign(url, { pathname: 'none' }),
    /does not exist: create it/,
  ],
  [
    'the password is wrong',
    (url: URL) => void Object.assign(url, { username: guardedUser, password: 'wr0ng-secret' }),
    /refuses the user or the password of DATABASE_URL/,
  ],
  [
    'the user may do nothing there',
    (url: URL) => void Object.assign(url, { username: guardedUser, password: 'right' }),
    /lacks rights in the database/,
  ],
])('if %s, the start says so without any part of the address', async (_, change, message) => {
  const url = at(change);
  const fault = await openAt(url).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
  const shown = inspect(fault, { depth: 10, showHidden: true });
  expect(shown).not.toContain(url);
  expect(shown).not.toContain('secret');
});

test('a server that stops is unavailable, and is used again as soon as it is back', async () => {
  const db = await openAt(await newDatabase('going'));
  await createTarget(db, targetInput(), 1);
  await server.stop();
  await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(listTargets(db)).rejects.toMatchObject({ code: 'unavailable' });
  await server.start();
  expect(await listTargets(db)).toHaveLength(1);
});

test('a transaction whose connection is cut writes nothing, and the next one goes through', async () => {
  const db = await openAt(await newDatabase('cut'));
  const cut = inTransaction(db, async (tx) => {
    await setSettings(tx, { cut: '1' }, 1);
    await query(
      server.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where state = 'idle in transaction' and pid <> pg_backend_pid()`,
    );
    await setSettings(tx, { cut: '2' }, 1);
  });
  await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
  await setSettings(db, { next: '1' }, 1);
  const { rows } = await sql`select key from app_settings where key in ('cut', 'next')`.execute(
    db.kysely,
  );
  expect(rows).toEqual([{ key: 'next' }]);
});

test('a Postgres that turned read-only refuses writes, and the fault says so', async () => {
  const url = await newDatabase('read_only');
  const options = { dataDir: await tempFolder(), databaseUrl: url, poolSize: 1 };
  const clock = { now: 1000 };
  const db = await openDatabase({ ...options, now: () => clock.now });
  onTestFinished(() => db.close());
  expect(await db.writeFault()).toBe(null);
  await sql`set default_transaction_read_only = on`.execute(db.kysely);
  clock.now += 10;
  expect(await db.writeFault()).toMatch(/refuses writes: it is a replica/);
});

test('a statement that takes too long is canceled, and its connection is used again', async () => {
  const kysely = connect(server.url, 100);
  await expect(sql`select pg_sleep(5)`.execute(kysely)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The database took too long for a query.',
  });
  expect((await sql`select 1 as one`.execute(kysely)).rows).toEqual([{ one: 1 }]);
});

test('a server that hangs blocks nobody forever', async () => {
  const kysely = connect(server.url, 100);
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(kysely);
  const pid = rows[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  await expect(sql`select 1`.execute(kysely)).rejects.toMatchObject({ code: 'unavailable' });
  process.kill(pid, 'SIGCONT');
  expect((await sql`select 1 as one`.execute(kysely)).rows).toEqual([{ one: 1 }]);
});

test('no more connections than allowed are opened: further queries wait', async () => {
  const url = await emptyPostgresDatabase();
  const kysely = connect(url, 10_000, 2);
  const sleepers = Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`.execute(kysely));
  await Promise.all(sleepers);
  const name = new URL(url).pathname.slice(1);
  const held = await query(url, `select 1 from pg_stat_activity where datname = '${name}'`);
  // The connection that asks counts too.
  expect(held).toHaveLength(3);
});
