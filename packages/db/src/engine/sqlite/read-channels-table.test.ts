import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { readChannelsTable } from './read-channels-table.ts';

function fileWith(statements: string): Buffer {
  const sqlite = new Sqlite(':memory:');
  sqlite.exec(statements);
  const bytes = sqlite.serialize();
  sqlite.close();
  return bytes;
}

function disguisedView(): Buffer {
  const sqlite = new Sqlite(':memory:');
  sqlite.unsafeMode(true);
  sqlite.exec(`create view channels as select 'evaluated' as name;
    pragma writable_schema = on;
    update sqlite_schema set type = 'table'`);
  const bytes = sqlite.serialize();
  sqlite.close();
  return bytes;
}

test('the rows have the columns that are stored', () => {
  const bytes = fileWith(`
    create table channels (id integer primary key, name text, "group" text,
      twice integer as (id * 2));
    insert into channels (name, "group") values ('a', 'default'), ('b', 'vip')`);
  expect(readChannelsTable(bytes)).toEqual({
    isWal: false,
    rows: [
      { id: 1, name: 'a', group: 'default' },
      { id: 2, name: 'b', group: 'vip' },
    ],
  });
});

test.each([
  ['no file at all', Buffer.from('SQLite format 3\0 and then nothing of the kind')],
  ['noise', Buffer.concat([Buffer.from('SQLite format 3\0'), randomBytes(8192)])],
  ['another table', fileWith('create table users (id integer)')],
  [
    'a view that never ends',
    fileWith(`create view channels as
      with recursive n(i) as (select 1 union all select i + 1 from n) select i from n`),
  ],
  ['a view that calls itself a table', disguisedView()],
  ['a file cut short', fileWith('create table channels (id)').subarray(0, 3000)],
])('%s is refused with a sentence', (_name, bytes) => {
  expect(() => readChannelsTable(bytes)).toThrow('the SQLite file cannot be read');
});

test('a table with more columns than any program has is refused', () => {
  const columns = Array.from({ length: 101 }, (_, i) => `c${i}`);
  const bytes = fileWith(`create table channels (${columns})`);
  expect(() => readChannelsTable(bytes)).toThrow('its table has more than 100 columns');
});

test('rows that claim more than the file holds are not read', () => {
  const rows = 200;
  const bytes = fileWith(`create table channels (name text);
    insert into channels with recursive n(i) as (select 1 union all select i + 1 from n limit ${rows})
      select printf('%.20000c', 'x') from n`);
  lengthenRows(bytes);
  const before = process.memoryUsage().rss;
  expect(() => readChannelsTable(bytes)).toThrow('its rows hold more than 32 MiB');
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2);
});

/**
 * Makes each row of 20,000 bytes claim a million, and each chain of overflow pages a loop that yields them
 * (https://www.sqlite.org/fileformat2.html). It adds whole pages, so the part in the row's own page doesn't
 * change.
 */
function lengthenRows(bytes: Buffer): void {
  const varint = (value: number) => [
    (value >> 14) | 0x80,
    ((value >> 7) & 0x7f) | 0x80,
    value & 0x7f,
  ];
  const headerLength = 4;
  const pageSize = bytes.readUInt16BE(16);
  const claimed = 20_000 + 240 * (pageSize - 4);
  const payload = Buffer.from(varint(headerLength + 20_000));
  const textType = Buffer.from(varint(2 * 20_000 + 13));
  for (let at = bytes.indexOf(payload); at !== -1; ) {
    const typeAt = bytes.indexOf(textType, at);
    Buffer.from(varint(headerLength + claimed)).copy(bytes, at);
    Buffer.from(varint(2 * claimed + 13)).copy(bytes, typeAt);
    at = bytes.indexOf(payload, typeAt);
  }
  for (let page = pageSize; page < bytes.length; page += pageSize) {
    const isLastOfItsChain = bytes.readUInt32BE(page) === 0 && bytes[page + 4] === 0x78;
    if (isLastOfItsChain) bytes.writeUInt32BE(page / pageSize + 1, page);
  }
}

test('a file in WAL mode is read, and says that changes may be missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'one-api.db');
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = wal');
  sqlite.exec("create table channels (name text); insert into channels values ('old')");
  expect(() => readChannelsTable(readFileSync(file))).toThrow(
    'newest changes are in the -wal file',
  );
  sqlite.pragma('wal_checkpoint(truncate)');
  sqlite.exec("insert into channels values ('new')");
  expect(readChannelsTable(readFileSync(file))).toEqual({ rows: [{ name: 'old' }], isWal: true });
  sqlite.close();
  const rows = [{ name: 'old' }, { name: 'new' }];
  expect(readChannelsTable(readFileSync(file))).toEqual({ rows, isWal: true });
});
