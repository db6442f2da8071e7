import { readdir } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { start, started, tempDir } from './start-program.ts';

// Several programs start one after the other.
vi.setConfig({ testTimeout: 120_000 });

// Nothing listens there: services start without their Redis and wait for it.
const REDIS_URL = 'redis://127.0.0.1:1';
const apiService = '../api/src/main.ts';

test('a second monitor on the same folder refuses to start in a line, until the first has ended', async () => {
  const DATA_DIR = await tempDir();
  const first = await started({ DATA_DIR });
  const second = start({ DATA_DIR });
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain(`DATA_DIR: another API Monitor is running on ${DATA_DIR}; `);
  expect(second.output()).not.toMatch(/ {4}at |API_MONITOR_TOKEN/);
  expect((await fetch(`${first.origin}/api/health`)).status).toBe(200);
  first.child.kill('SIGKILL');
  await first.exited;
  const third = await started({ DATA_DIR });
  third.child.kill('SIGTERM');
  expect(await third.exited).toBe(0);
  await started({ DATA_DIR });
});

test('of several monitors that start at the same time, one runs', async () => {
  const DATA_DIR = await tempDir();
  const all = Array.from({ length: 3 }, () => start({ DATA_DIR }));
  const refused = Promise.all(all.map(({ exited }) => exited.then((code) => [code])));
  await expect
    .poll(() => all.filter(({ child }) => child.exitCode === 1).length, { timeout: 60_000 })
    .toBe(2);
  const [running] = all.filter(({ child }) => child.exitCode === null);
  await expect.poll(() => running?.output(), { timeout: 40_000 }).toContain('listens on');
  running?.child.kill('SIGTERM');
  expect((await refused).flat().sort()).toEqual([0, 1, 1]);
});

test('services share a folder with each other, but not with an embedded monitor', async () => {
  const DATA_DIR = await tempDir();
  const services = [1, 2].map(() => start({ DATA_DIR, REDIS_URL }, apiService));
  for (const { output } of services)
    await expect.poll(output, { timeout: 40_000 }).toContain('"msg":"listening"');
  const monitor = start({ DATA_DIR });
  expect(await monitor.exited).toBe(1);
  expect(monitor.output()).toContain(`another API Monitor is running on ${DATA_DIR}`);
  for (const { child, exited } of services) {
    child.kill('SIGKILL');
    await exited;
  }
  await started({ DATA_DIR });
  const late = start({ DATA_DIR, REDIS_URL }, apiService);
  expect(await late.exited).toBe(1);
  expect(late.output()).toContain(`another API Monitor is running on ${DATA_DIR}`);
});

test('a second monitor with its own Postgres may not use the folder either', async () => {
  const DATA_DIR = await tempDir();
  await started({ DATA_DIR });
  // The first one tries now and then whether it can write there.
  const files = async () => (await readdir(DATA_DIR)).filter((name) => name !== 'write-check.tmp');
  const before = await files();
  const DATABASE_URL = 'postgres://monitor@127.0.0.1:1/monitor';
  const second = start({ DATA_DIR, DATABASE_URL });
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain('another API Monitor is running on');
  expect(await files()).toEqual(before);
});
