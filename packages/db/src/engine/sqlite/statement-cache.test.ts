import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { cacheStatements } from './statement-cache.ts';

function countedCache() {
  const sqlite = new Sqlite(':memory:');
  let prepared = 0;
  const cache = cacheStatements({
    close: () => void sqlite.close(),
    prepare: (text) => {
      prepared += 1;
      return sqlite.prepare(text);
    },
  });
  return { cache, prepared: () => prepared, sqlite };
}

test('a statement is prepared once', () => {
  const { cache, prepared } = countedCache();
  expect(cache.prepare('select 1 as one').all([])).toEqual([{ one: 1 }]);
  expect(cache.prepare('select 1 as one').all([])).toEqual([{ one: 1 }]);
  expect(prepared()).toBe(1);
});

test('of too many statements, the least recently used is dropped', () => {
  const { cache, prepared } = countedCache();
  cache.prepare('select 0');
  for (let index = 1; index < 256; index += 1) cache.prepare(`select ${index}`);
  cache.prepare('select 0');
  cache.prepare('select 256');
  expect(prepared()).toBe(257);
  cache.prepare('select 0');
  expect(prepared()).toBe(257);
  cache.prepare('select 1');
  expect(prepared()).toBe(258);
});

test('closing the cache closes the file', () => {
  const { cache, sqlite } = countedCache();
  cache.close();
  expect(sqlite.open).toBe(false);
});
