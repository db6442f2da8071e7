import { createHash } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../../test/samples.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import {
  createAdminSession,
  createTarget,
  deleteAdminSession,
  deleteOtherAdminSessions,
  listAdminSessions,
  listTargets,
  openApiKey,
  snapshotDatabase,
  updateTarget,
} from '../../index.ts';

const endless = new AbortController().signal;

async function restored({ file }: Awaited<ReturnType<typeof snapshotDatabase>>, key: string) {
  const folder = await tempFolder();
  await writeFile(join(folder, 'registry.db'), await file.readFile());
  await file.close();
  return openIn(folder, key);
}

const key = 'a passphrase for this test';

test('a snapshot opens as the database that was copied', async () => {
  const db = await openIn(await tempFolder(), key);
  await createTarget(db, targetInput({ name: 'relay', api_key: 'sk-kept' }), 1);
  const copy = await restored(await snapshotDatabase(db, endless), key);
  const [target] = await listTargets(copy);
  expect(target).toMatchObject({ name: 'relay' });
  expect(target && openApiKey(copy, target)).toBe('sk-kept');
});

test('a snapshot holds no session, not even in a free page, and the database keeps its sessions', async () => {
  const db = await openIn(await tempFolder(), key);
  const hashes = Array.from({ length: 400 }, (_, n) =>
    createHash('sha256').update(`${n}`).digest('hex'),
  );
  const open = (token_hash: string) =>
    createAdminSession(db, {
      ...{ token_hash, created_at: 1000, expires_at: 90_000 },
      ...{ address: '203.0.113.7', user_agent: 'a browser' },
    });
  for (const hash of hashes.slice(0, 300)) await open(hash);
  // Some of their pages are free afterwards; others are used again by rows that leave gaps.
  await deleteOtherAdminSessions(db, 0);
  const prompt = 'p'.repeat(2000);
  for (let n = 0; n < 60; n += 1) await createTarget(db, targetInput({ name: `c${n}`, prompt }), 1);
  for (const hash of hashes.slice(300)) await open(hash);
  await deleteAdminSession(db, 350);

  const { file } = await snapshotDatabase(db, endless);
  const bytes = await file.readFile();
  expect(hashes.filter((hash) => bytes.includes(hash))).toEqual([]);
  expect(bytes.includes('203.0.113.7')).toBe(false);
  await file.close();
  expect(await listAdminSessions(db, 1000)).toHaveLength(99);
  const copy = await restored(await snapshotDatabase(db, endless), key);
  expect(await listAdminSessions(copy, 1000)).toEqual([]);
  expect(await listTargets(copy)).toHaveLength(60);
  const check = await sql`pragma integrity_check`.execute(copy.kysely);
  expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
});

test('under load a snapshot is complete and of one moment: all before, nothing after', async () => {
  const dataDir = await tempFolder();
  const [db, other] = [await openIn(dataDir, key), await openIn(dataDir, key)];
  const padding = 'x'.repeat(3000);
  for (let i = 0; i < 400; i += 1) {
    await createTarget(db, targetInput({ name: `c${i}`, prompt: padding }), 1);
  }
  let isCopying = true;
  let rounds = 0;
  const write = async (handle: typeof db) => {
    while (isCopying) {
      rounds += 1;
      // Two rows that must never differ in a snapshot.
      await handle.kysely.transaction().execute(async (tx) => {
        const inTx = { ...handle, kysely: tx };
        await updateTarget(inTx, 1, { prompt: `round ${rounds}` }, 2);
        await updateTarget(inTx, 400, { prompt: `round ${rounds}` }, 2);
      });
      await new Promise(setImmediate);
    }
  };
  const writers = [write(db), write(other)];
  const snapshot = await snapshotDatabase(db, endless);
  isCopying = false;
  await Promise.all(writers);
  expect(rounds).toBeGreaterThan(1);
  const copy = await restored(snapshot, key);
  const targets = await listTargets(copy);
  expect(targets).toHaveLength(400);
  expect(targets[0]?.prompt).toBe(targets[399]?.prompt);
});

test('nothing is left in the folder, whether the snapshot succeeds or is canceled', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir, key);
  await (await snapshotDatabase(db, endless)).file.close();
  await expect(snapshotDatabase(db, AbortSignal.abort())).rejects.toThrow();
  expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
});

test('if a file is in the place of the folder for snapshots, the error names it', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir, key);
  await writeFile(join(dataDir, 'tmp'), '');
  await expect(snapshotDatabase(db, endless)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'a backup needs the folder tmp in DATA_DIR, which cannot be used (EEXIST)',
  });
});

test('the next snapshot deletes what a crash left, but not what another process writes', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir, key);
  const folder = join(dataDir, 'tmp');
  await mkdir(folder);
  const [old, young] = ['snapshot-00000000000000aa.db', 'snapshot-00000000000000bb.db'];
  for (const name of [old, young, 'mine.txt']) await writeFile(join(folder, name), 'x');
  const before = Date.now() / 1000 - 7200;
  await utimes(join(folder, old), before, before);
  await utimes(join(folder, 'mine.txt'), before, before);
  await (await snapshotDatabase(db, endless)).file.close();
  expect((await readdir(folder)).sort()).toEqual(['mine.txt', young]);
});

test('an unfinished write of another process is neither waited for nor copied', async () => {
  const dataDir = await tempFolder();
  const [db, other] = [await openIn(dataDir, key), await openIn(dataDir, key)];
  await createTarget(db, targetInput({ name: 'before' }), 1);
  const snapshot = await other.kysely.transaction().execute(async (tx) => {
    await updateTarget({ ...other, kysely: tx }, 1, { name: 'after' }, 2);
    return snapshotDatabase(db, endless);
  });
  const copy = await restored(snapshot, key);
  expect((await listTargets(copy)).map(({ name }) => name)).toEqual(['before']);
});
