import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listTargets, openDatabase } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { adminPassword, newTarget, openTestApi, upstreamKey } from './open-test-api.ts';

test('a backup taken under load is complete, and the monitor answers meanwhile', async () => {
  const api = await openTestApi();
  for (let i = 0; i < 30; i += 1) {
    await api.asAdmin('POST', '/api/targets', { ...newTarget, name: `relay ${i}` });
  }
  const load = Array.from({ length: 40 }, (_, i) =>
    api.asAdmin('PATCH', `/api/targets/${(i % 30) + 1}`, { interval_min: i + 1 }),
  );
  const response = await api.request('/api/admin/backup');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect((await Promise.all(load)).map(({ status }) => status)).toEqual(Array(40).fill(200));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="api-monitor-\d{8}-\d{6}\.db"$/,
  );
  expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
  expect(bytes.includes(upstreamKey)).toBe(false);

  const folder = await mkdtemp(join(tmpdir(), 'restored-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'registry.db'), bytes);
  await writeFile(join(folder, 'encryption.key'), await api.readDataFile('encryption.key'));
  const restored = await openDatabase({ dataDir: folder, now: () => 1 });
  onTestFinished(() => restored.close());
  expect(await listTargets(restored)).toHaveLength(30);
});

test('a restored backup has no session, open or ended', async () => {
  const api = await openTestApi();
  const login = await api.asNobody('POST', '/api/admin/login', { password: adminPassword });
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const token = cookie.split('=')[1] ?? '';
  const response = await api.request('/api/admin/backup');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.includes(createHash('sha256').update(token).digest('hex'))).toBe(false);
  expect((await api.callWith({ cookie })('GET', '/api/admin/session')).status).toBe(200);

  const dataDir = await mkdtemp(join(tmpdir(), 'restored-'));
  await writeFile(join(dataDir, 'registry.db'), bytes);
  await writeFile(join(dataDir, 'encryption.key'), await api.readDataFile('encryption.key'));
  const restored = await openTestApi({ dataDir });
  expect((await restored.callWith({ cookie })('GET', '/api/admin/session')).status).toBe(401);
  expect(
    (await restored.asNobody('POST', '/api/admin/login', { password: adminPassword })).status,
  ).toBe(200);
});

test('one backup at a time: the next may start when it ends or its reader leaves', async () => {
  const api = await openTestApi();
  const first = await api.request('/api/admin/backup');
  const second = await api.request('/api/admin/backup');
  expect([first.status, second.status]).toEqual([200, 409]);
  await first.body?.cancel();
  const third = await api.request('/api/admin/backup');
  expect(third.status).toBe(200);
  await third.arrayBuffer();
  expect(await readdir(join(api.dataDir, 'tmp'))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a backup that cannot be recorded is closed, and does not block the next',
  async () => {
    const { asSession, db } = await openTestApi();
    await db.kysely.schema.dropTable('audit_log').execute();
    for (const _ of [1, 2]) {
      expect((await asSession('GET', '/api/admin/backup')).status).toBe(500);
    }
    const fds = await readdir('/proc/self/fd');
    const links = await Promise.all(
      fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    expect(links.filter((path) => path.includes('/snapshot-'))).toEqual([]);
  },
);

test('a HEAD makes no backup, and does not block one', async () => {
  const { asSession, request } = await openTestApi();
  expect((await asSession('HEAD', '/api/admin/backup')).status).toBe(200);
  const next = await request('/api/admin/backup');
  expect(next.status).toBe(200);
  await next.body?.cancel();
});

test('a backup needs an admin session', async () => {
  const { asAdmin, asNobody } = await openTestApi();
  expect((await asAdmin('GET', '/api/admin/backup')).status).toBe(403);
  expect((await asNobody('GET', '/api/admin/backup')).status).toBe(401);
});
