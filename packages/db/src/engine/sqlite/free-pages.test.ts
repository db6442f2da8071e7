import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import { releaseFreePages, setSettings, snapshotDatabase } from '../../index.ts';
import { openDatabase } from '../open-database.ts';
import { compactDatabase, convertSmallFile } from './free-pages.ts';

const fileIn = (folder: string) => join(folder, 'registry.db');
const endless = new AbortController().signal;

/** Fills the file with 20 MB and deletes all of it. */
async function fillAndEmpty(db: Awaited<ReturnType<typeof openIn>>) {
  await sql`create table filling (id integer primary key, value blob)`.execute(db.kysely);
  await sql`insert into filling (value) select zeroblob(20000) from
    (with recursive n(x) as (select 1 union all select x + 1 from n where x < 1000) select x from n)`.execute(
    db.kysely,
  );
  await setSettings(db, { kept: 'still here' }, 1);
  await sql`delete from filling`.execute(db.kysely);
}

async function bytesOf(folder: string): Promise<number> {
  const sqlite = new Sqlite(fileIn(folder));
  sqlite.pragma('wal_checkpoint(truncate)');
  sqlite.close();
  return (await stat(fileIn(folder))).size;
}

const megabytes = 1024 ** 2;

test('what is deleted frees disk, but for a spare', async () => {
  const folder = await tempFolder();
  const db = await openIn(folder);
  await fillAndEmpty(db);
  expect(await bytesOf(folder)).toBeGreaterThan(19 * megabytes);
  expect(await releaseFreePages(db)).toBeGreaterThan(3000);
  expect(await bytesOf(folder)).toBeLessThan(6 * megabytes);
  expect(await releaseFreePages(db)).toBe(0);
  const { rows } = await sql`pragma integrity_check`.execute(db.kysely);
  expect(rows).toEqual([{ integrity_check: 'ok' }]);
});

test('a backup carries no free pages', async () => {
  const db = await openIn(await tempFolder());
  await fillAndEmpty(db);
  const { file, bytes } = await snapshotDatabase(db, endless);
  await file.close();
  expect(bytes).toBeLessThan(2 * megabytes);
});

/** A file as earlier versions made it. */
async function earlierFile() {
  const folder = await tempFolder();
  const sqlite = new Sqlite(fileIn(folder));
  sqlite.pragma('journal_mode = wal');
  sqlite.exec('create table kept (id integer primary key, value text)');
  sqlite.exec("insert into kept (value) values ('one'), ('two')");
  const mode = () => {
    // A connection reads it once.
    const another = new Sqlite(fileIn(folder));
    const found = another.pragma('auto_vacuum', { simple: true });
    another.close();
    return found;
  };
  return { folder, sqlite, mode };
}

test('a small file of an earlier version is converted when the monitor opens it', async () => {
  const { folder, sqlite } = await earlierFile();
  sqlite.close();
  const db = await openDatabase({ dataDir: folder, use: 'alone', now: () => 1 });
  const { rows } = await sql`pragma auto_vacuum`.execute(db.kysely);
  expect(rows).toEqual([{ auto_vacuum: 2 }]);
  expect((await sql`select value from kept`.execute(db.kysely)).rows).toHaveLength(2);
  await db.close();
});

test('a large file, and one that is in use, stay as they are until someone compacts them', async () => {
  const { folder, sqlite, mode } = await earlierFile();
  await convertSmallFile(fileIn(folder), 100);
  expect(mode()).toBe(0);
  sqlite.exec('begin immediate');
  await convertSmallFile(fileIn(folder));
  sqlite.exec('commit');
  expect(mode()).toBe(0);
  await compactDatabase(folder);
  expect(mode()).toBe(2);
  sqlite.close();
});
