import { once } from 'node:events';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase } from '@api-monitor/db';
import { mountSmallDisk } from '@api-monitor/db/test/small-disk';
import { createGatewayStore, gatewayOptionsOf } from '@api-monitor/proxy';
import { describeStartFault, readEnv } from '@api-monitor/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { envSchema } from '../src/env.ts';
import { startGatewayThread } from '../src/start-gateway-thread.ts';
import { start, tempDir } from './start-program.ts';

/** Root ignores the mode of files unless it gives up that right. Other users don't have it. */
const withoutOverride =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search']
    : undefined;

/** A data folder that a monitor has used and closed. */
async function usedFolder(): Promise<string> {
  const dataDir = await tempDir();
  await (await openDatabase({ dataDir, now: () => 1000 })).close();
  return dataDir;
}

async function folderWith(name: string): Promise<string> {
  const dataDir = await tempDir();
  await mkdir(join(dataDir, name));
  return dataDir;
}

test.each<[string, () => Promise<string>, RegExp]>([
  ['a directory as registry.db', () => folderWith('registry.db'), /registry\.db is a directory/],
  ['a directory as encryption.key', () => folderWith('encryption.key'), /encryption\.key/],
  ['a directory as instance.lock', () => folderWith('instance.lock'), /instance\.lock is a dir/],
  ['a directory as registry.db-wal', () => folderWith('registry.db-wal'), /disk .*fails \(SQLITE_/],
  ['a directory as registry.db-shm', () => folderWith('registry.db-shm'), /cannot be written/],
  [
    'a dangling symbolic link as the folder',
    async () => {
      const link = join(await tempDir(), 'data');
      await symlink(join(dirname(link), 'nowhere', 'data'), link);
      return link;
    },
    /the folder cannot be used \(ENOENT/,
  ],
  [
    'a symbolic link to itself as the folder',
    async () => {
      const link = join(await tempDir(), 'data');
      await symlink('data', link);
      return link;
    },
    /the folder cannot be used \(ELOOP/,
  ],
  [
    'a database cut off in its middle',
    async () => {
      const dataDir = await usedFolder();
      await truncate(join(dataDir, 'registry.db'), 5000);
      return dataDir;
    },
    /registry\.db is not an intact SQLite database/,
  ],
  [
    'a read-only database',
    async () => {
      const dataDir = await usedFolder();
      await chmod(join(dataDir, 'registry.db'), 0o400);
      return dataDir;
    },
    /not allowed .*registry\.db/,
  ],
  [
    'an unreadable database',
    async () => {
      const dataDir = await usedFolder();
      await chmod(join(dataDir, 'registry.db'), 0);
      return dataDir;
    },
    /not allowed .*registry\.db/,
  ],
  [
    'an unreadable key',
    async () => {
      const dataDir = await usedFolder();
      await chmod(join(dataDir, 'encryption.key'), 0);
      return dataDir;
    },
    /not allowed .*encryption\.key/,
  ],
  [
    'a read-only folder',
    async () => {
      const dataDir = await tempDir();
      await chmod(dataDir, 0o500);
      return dataDir;
    },
    /not allowed .*instance\.lock/,
  ],
  [
    'a disk without room for a first database',
    async () => {
      const disk = await mountSmallDisk(1);
      await disk.fill();
      return disk.folder;
    },
    /disk of the data folder is full/,
  ],
  [
    'a disk that fills up during the first start',
    async () => {
      const disk = await mountSmallDisk(1);
      await disk.fill({ leaveBytes: 128 * 1024 });
      return disk.folder;
    },
    /disk of the data folder is full/,
  ],
  [
    'a full disk with a database on it',
    async () => {
      const disk = await mountSmallDisk(1);
      await (await openDatabase({ dataDir: disk.folder, now: () => 1000 })).close();
      await disk.fill();
      return disk.folder;
    },
    /disk of the data folder is full/,
  ],
])('%s is one line', async (_, make, sentence) => {
  const { exited, output } = start({ DATA_DIR: await make() }, 'src/main.ts', withoutOverride);
  expect(await exited, output()).toBe(1);
  expect(output()).toMatch(/^[^\n]+\n$/);
  expect(output()).toMatch(sentence);
  expect(output()).toMatch(/DATA_DIR|data folder/);
});

test('with Postgres, a read-only folder is not a problem', async () => {
  const DATA_DIR = await tempDir();
  await chmod(DATA_DIR, 0o500);
  const env = { DATA_DIR, DATABASE_URL: 'postgres://monitor@127.0.0.1:1/monitor' };
  const { exited, output } = start(env, 'src/main.ts', withoutOverride);
  expect(await exited).toBe(1);
  expect(output()).toBe('The database is out of reach (ECONNREFUSED).\n');
});

test.each([
  ['missing', '/nowhere', /^TMPDIR: no folder can be made in it \(ENOENT/],
  ['too long for a socket', 'x'.repeat(100), /^TMPDIR: its path is too long/],
])('a folder for temporary files that is %s is one line', async (_, name, sentence) => {
  const TMPDIR = name.startsWith('/') ? name : join(await tempDir(), name);
  if (!name.startsWith('/')) await mkdir(TMPDIR);
  const { exited, output } = start({ DATA_DIR: await tempDir(), TMPDIR });
  expect(await exited).toBe(1);
  expect(output().split('\n').at(-2)).toMatch(sentence);
  expect(output()).not.toContain('    at ');
});

test("the reason why the gateway can't start reaches the terminal unchanged", async () => {
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const db = await openDatabase({ dataDir: await tempDir(), now: () => 0 });
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(async () => {
    other.close();
    await db.close();
  });
  const { port } = other.address() as AddressInfo;
  const failed = await startGatewayThread({
    bus,
    store: createGatewayStore({ db, readMasterToken: async () => null, nowS: () => 0 }),
    onDeath: () => {},
    data: {
      gateway: gatewayOptionsOf(readEnv(envSchema, {}), console),
      listenAt: { port, host: '127.0.0.1' },
      apiPath: '/nowhere',
      logLevel: 'silent',
    },
  }).catch(describeStartFault);
  expect(failed).toBe('PORT: another program listens there already; choose a different port');
});

test('with an empty file as registry.db it is a first start', async () => {
  const dataDir = await tempDir();
  await writeFile(join(dataDir, 'registry.db'), '');
  const { output } = start({ DATA_DIR: dataDir }, 'src/main.ts', withoutOverride);
  await expect.poll(output, { timeout: 15_000 }).toContain('listens on');
});
