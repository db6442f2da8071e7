import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdDatabase } from '../../../test/database-holder.ts';
import { openInProcess } from '../../../test/open-in-process.ts';
import { runSqliteShell } from '../../../test/sqlite-shell.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import { listTargets } from '../../index.ts';

const inShell = (command: string) => (dataDir: string) =>
  runSqliteShell(join(dataDir, 'registry.db'), command.replaceAll('DIR', dataDir));

// SQLite before 3.51 (Debian 12 and 13) deletes the WAL if it finds no lock of another process.
test.each([
  ['a query in the sqlite3 shell', inShell('select 1 from targets')],
  ['a write in the sqlite3 shell', inShell('update targets set sort_order = id')],
  ['a backup by the sqlite3 shell', inShell('.backup DIR/copy.db')],
  ['VACUUM INTO in the sqlite3 shell', inShell("vacuum into 'DIR/copy.db'")],
  [
    'a copy of its files',
    async (dataDir: string) => {
      for (const name of ['registry.db', 'registry.db-wal', 'registry.db-shm'])
        await copyFile(join(dataDir, name), join(dataDir, `copy-of-${name}`));
    },
  ],
  ['another process of the monitor', openInProcess],
])('a killed monitor loses nothing after %s', async (_, useDatabase) => {
  const dataDir = await tempFolder();
  const holder = await holdDatabase(dataDir);
  for (const name of ['a', 'b']) await holder.addChannel(name);
  await useDatabase(dataDir);
  for (const name of ['c', 'd']) await holder.addChannel(name);
  await holder.kill();
  const targets = await listTargets(await openIn(dataDir));
  expect(targets.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
});

test.runIf(process.platform === 'linux')(
  'the kernel keeps the lock on the file when it is opened twice',
  async () => {
    const holder = await holdDatabase(await tempFolder());
    // SHARED_FIRST and SHARED_SIZE of https://www.sqlite.org/src/file/src/os.h
    const shared = new RegExp(`READ ${holder.pid} \\S+ 1073741826 1073742335$`, 'm');
    expect((await readFile('/proc/locks', 'utf8')).replaceAll(/ +/g, ' ')).toMatch(shared);
  },
);
