import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { targetInput } from '../../../test/samples.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import { createTarget, getSetting, inTransaction, listTargets, setSettings } from '../../index.ts';
import { retryBusy } from './retry-busy.ts';

/** A wait that blocks the thread for a second leaves none but its first. */
const leastTurns = 3;

/** How often other work could run while `work` ran. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 5);
  await work().finally(() => clearInterval(timer));
  return turns;
}

/** A folder's database, and a lock of another process on it that is released after a second. */
async function lockedDatabase() {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await db.kysely.selectFrom('targets').select('id').execute();
  const other = new Sqlite(join(dataDir, 'registry.db'));
  other.exec('begin immediate');
  setTimeout(() => {
    other.exec('commit');
    other.close();
  }, 1000);
  return { db, isLocked: () => other.open };
}

test('a transaction waits for another process’s write while other work runs', async () => {
  const { db, isLocked } = await lockedDatabase();
  const turns = await turnsDuring(() => createTarget(db, targetInput(), 1));
  expect(isLocked()).toBe(false);
  expect(turns).toBeGreaterThan(leastTurns);
  expect(await listTargets(db)).toHaveLength(1);
});

test('a single write waits in the same way', async () => {
  const { db, isLocked } = await lockedDatabase();
  const write = () =>
    db.kysely.insertInto('app_settings').values({ key: 'a', value: 'b', updated_at: 1 }).execute();
  expect(await turnsDuring(write)).toBeGreaterThan(leastTurns);
  expect(isLocked()).toBe(false);
  expect(await getSetting(db, 'a')).toBe('b');
});

test('everything that waited is written, and the database keeps working', async () => {
  const { db } = await lockedDatabase();
  await inTransaction(db, async (tx) => {
    await setSettings(tx, { a: '1' }, 1);
    await setSettings(tx, { b: '2' }, 1);
  });
  await setSettings(db, { c: '3' }, 1);
  expect([await getSetting(db, 'b'), await getSetting(db, 'c')]).toEqual(['2', '3']);
});

test('reads are answered while writers wait, and no number of them blocks the process', async () => {
  const { db, isLocked } = await lockedDatabase();
  const turns = await turnsDuring(async () => {
    const writes = Array.from({ length: 50 }, (_, id) => setSettings(db, { [`k${id}`]: '1' }, 1));
    for (let read = 0; read < 10; read += 1) expect(await getSetting(db, 'k0')).toBeNull();
    expect(isLocked()).toBe(true);
    await Promise.all(writes);
  });
  expect(turns).toBeGreaterThan(leastTurns);
  expect(await getSetting(db, 'k49')).toBe('1');
});

test('a statement never gets into the transaction of another caller', async () => {
  const db = await openIn(await tempFolder());
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const failing = inTransaction(db, async (tx) => {
    await setSettings(tx, { inside: '1' }, 1);
    await held;
    throw new Error('rolled back');
  });
  const outside = setSettings(db, { outside: '1' }, 1);
  release();
  await expect(failing).rejects.toThrow('rolled back');
  await outside;
  expect([await getSetting(db, 'inside'), await getSetting(db, 'outside')]).toEqual([null, '1']);
});

const patience = { tries: 3, pauseMs: () => 1 };

function failingWith(code: string) {
  const error = Object.assign(new Error('no'), { code });
  const seen = { tries: 0 };
  const work = async () => {
    seen.tries += 1;
    throw error;
  };
  return { error, seen, work };
}

test('after the last try the error says that the database is busy', async () => {
  const { error, seen, work } = failingWith('SQLITE_BUSY');
  await expect(retryBusy(work, patience)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/database is busy/),
    cause: error,
  });
  expect(seen.tries).toBe(3);
});

test.each(['SQLITE_BUSY_SNAPSHOT', 'SQLITE_CONSTRAINT'])('%s is not tried again', async (code) => {
  const { error, seen, work } = failingWith(code);
  await expect(retryBusy(work, patience)).rejects.toBe(error);
  expect(seen.tries).toBe(1);
});
