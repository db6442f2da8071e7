import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mountSmallDisk } from '@api-monitor/db/test/small-disk';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const full = 'the disk of the data folder is full';

/** The api on its own small disk. */
async function openOnSmallDisk() {
  const disk = await mountSmallDisk(4);
  return { disk, ...(await openTestApi({ dataDir: join(disk.folder, 'data') })) };
}

test('health says when the disk is full, and when it has room again', async () => {
  const { asNobody, clock, disk, dataDir } = await openOnSmallDisk();
  const health = async () => {
    clock.now += 10;
    const { status, json } = await asNobody('GET', '/api/health');
    return [status, json.detail];
  };
  expect(await health()).toEqual([200, undefined]);
  const files = await readdir(dataDir);
  await disk.fill();
  expect(await health()).toEqual([503, expect.stringContaining(full)]);
  await disk.free();
  expect(await health()).toEqual([200, undefined]);
  expect(await readdir(dataDir)).toEqual(files);
});

test('however often health is requested, it writes once in ten seconds', async () => {
  const { asNobody, clock, db } = await openOnSmallDisk();
  const writtenAt = async () => {
    const query = db.kysely.selectFrom('app_settings').select('updated_at');
    return (await query.where('key', '=', 'write_check').executeTakeFirst())?.updated_at;
  };
  const askedFrom = clock.now;
  for (let n = 0; n < 10; n += 1) {
    expect((await asNobody('GET', '/api/health')).status).toBe(200);
    clock.now += 1;
  }
  expect(await writtenAt()).toBe(askedFrom);
  await Promise.all([1, 2, 3].map(() => asNobody('GET', '/api/health')));
  expect(await writtenAt()).toBe(askedFrom + 10);
});

test('a write on a full disk is a 503 with a sentence, while reads keep working', async () => {
  const { asAdmin, asSession, clock, disk, logLines } = await openOnSmallDisk();
  const add = (n: number) =>
    asAdmin('POST', '/api/targets', { ...newTarget, name: `relay ${n}`, prompt: 'x'.repeat(4000) });
  await add(0);
  await disk.fill();
  // The write-ahead log may have room for a few more.
  let refused = await add(1);
  for (let n = 2; refused.status === 200 && n < 500; n += 1) refused = await add(n);
  expect([refused.status, refused.json]).toEqual([503, { detail: full }]);
  expect(logLines.join('')).toContain('SQLITE_FULL');
  clock.now += 3600;
  for (const path of ['/api/targets', '/api/targets/1', '/api/admin/settings', '/api/admin/audit'])
    expect([path, (await asSession('GET', path)).status]).toEqual([path, 200]);
  const backup = await asSession('GET', '/api/admin/backup');
  expect([backup.status, backup.json.detail]).toEqual([503, expect.stringContaining('free disk')]);
  await disk.free();
  expect((await add(1000)).status).toBe(200);
});
