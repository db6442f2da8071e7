import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createAdminSession,
  type Database,
  deleteAdminSession,
  deleteOtherAdminSessions,
  findAdminSession,
  listAdminSessions,
  touchAdminSession,
} from '../index.ts';

const begin = (db: Database, token_hash: string, created_at: number) =>
  createAdminSession(db, {
    token_hash,
    created_at,
    expires_at: created_at + 100,
    address: '192.0.2.1',
    user_agent: 'a browser',
  });

test('a session is found by its hash until it expires', async () => {
  const db = await tempDatabase();
  const session = await begin(db, 'one', 1000);
  expect(session).toEqual({
    id: session.id,
    created_at: 1000,
    last_seen_at: 1000,
    expires_at: 1100,
    address: '192.0.2.1',
    user_agent: 'a browser',
  });
  expect(await findAdminSession(db, 'one', 1099)).toEqual(session);
  expect(await findAdminSession(db, 'one', 1100)).toBeNull();
  expect(await findAdminSession(db, 'other', 1000)).toBeNull();
});

test('the session used last is listed first, and expired ones are deleted with the next login', async () => {
  const db = await tempDatabase();
  const [first, second] = [await begin(db, 'one', 1000), await begin(db, 'two', 1010)];
  await touchAdminSession(db, first.id, 1050);
  const ids = async (nowS: number) => (await listAdminSessions(db, nowS)).map(({ id }) => id);
  expect(await ids(1060)).toEqual([first.id, second.id]);
  expect(await ids(1105)).toEqual([second.id]);
  const third = await begin(db, 'three', 1200);
  expect(await ids(0)).toEqual([third.id]);
});

test('one session can be ended, or all but one', async () => {
  const db = await tempDatabase();
  const kept = await begin(db, 'one', 1000);
  const ended = await begin(db, 'two', 1000);
  await begin(db, 'three', 1000);
  expect(await deleteAdminSession(db, ended.id)).toMatchObject({ id: ended.id });
  expect(await deleteAdminSession(db, ended.id)).toBeNull();
  expect(await deleteOtherAdminSessions(db, kept.id)).toBe(1);
  expect(await listAdminSessions(db, 1000)).toEqual([kept]);
});
