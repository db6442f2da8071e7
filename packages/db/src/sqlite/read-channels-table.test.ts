import { randomBytes } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readChannelsTable } from '../index.ts';

function fileWith(statements: string): Buffer {
  const sqlite = new Sqlite(':memory:');
  sqlite.exec(statements);
  const bytes = sqlite.serialize();
  sqlite.close();
  return bytes;
}

test('the rows come with the columns that are stored', () => {
  const bytes = fileWith(`
    create table channels (id integer primary key, name text, "group" text,
      twice integer as (id * 2));
    insert into channels (name, "group") values ('a', 'default'), ('b', 'vip')`);
  expect(readChannelsTable(bytes)).toEqual([
    { id: 1, name: 'a', group: 'default' },
    { id: 2, name: 'b', group: 'vip' },
  ]);
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
  ['a file cut short', fileWith('create table channels (id)').subarray(0, 3000)],
])('%s is refused with a sentence', (_name, bytes) => {
  expect(() => readChannelsTable(bytes)).toThrow('the SQLite file cannot be read');
});
