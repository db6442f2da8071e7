import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { endlessSqlite } from '../../../test/endless-sqlite.ts';
import type { Upload } from '../import-notes.ts';
import { createUploadReader, readLimits } from './upload-reader.ts';

const upload = { kind: 'upload' } as const;

function opened(own: Partial<typeof readLimits> = {}) {
  const reader = createUploadReader({ ...readLimits, ...own });
  onTestFinished(() => reader.close());
  return reader;
}

const entriesOf = ({ entries }: Upload) => entries.map(({ entry }) => entry);

const runningPrograms = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;

test('reading a file that never ends is given up, and its process killed', async () => {
  const read = opened({ timeoutMs: 1500 }).read(endlessSqlite(), upload);
  await expect(read).rejects.toThrow('reading the file takes longer than 1.5 s');
  await expect.poll(runningPrograms).toBe(0);
});

test('a file that takes too much memory ends only its own process', async () => {
  const list = `[${'{"a":{"b":{}}},'.repeat(130_000)}{}]`;
  const read = opened({ heapMiB: 16 }).read(Buffer.from(list), upload);
  await expect(read).rejects.toThrow('takes more memory than an import may use');
});

test.each(['close', 'leave'])('the process ends when its client is gone: %s', async (how) => {
  const reader = opened();
  const leaving = new AbortController();
  const read = reader.read(endlessSqlite(), upload, leaving.signal);
  const refused = expect(read).rejects.toMatchObject({ code: 'unavailable' });
  await expect.poll(runningPrograms).toBe(1);
  if (how === 'close') reader.close();
  else leaving.abort();
  await refused;
  await expect.poll(runningPrograms).toBe(0);
});

test('a program that cannot be loaded says so in the log, not to the client', async () => {
  const reader = createUploadReader(readLimits, '/nowhere/read-upload-process.js');
  const read = reader.read(Buffer.from('[]'), upload);
  await expect(read).rejects.toMatchObject({
    message: 'the program that reads uploads ended with code 1',
    cause: { message: expect.stringContaining("Cannot find module '/nowhere/") },
  });
});

/** The processes whose parent is `pid` (Linux). */
function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((one) => statOf(one)?.[1] === String(pid));
}

/** State, parent and so on, after the name, which may hold spaces; null if there is no such process. */
function statOf(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return null;
  }
}

test.runIf(process.platform === 'linux').each(['SIGKILL', 'SIGSTOP'] as const)(
  'after a %s of the monitor, no process goes on reading an endless file',
  { timeout: 30_000 },
  async (signal) => {
    const code = `
      const { createUploadReader } = await import(${JSON.stringify(import.meta.resolve('./upload-reader.ts'))});
      const { endlessSqlite } = await import(${JSON.stringify(import.meta.resolve('../../../test/endless-sqlite.ts'))});
      await createUploadReader({ timeoutMs: 2000, heapMiB: 256 }).read(endlessSqlite(), { kind: 'upload' });`;
    const monitor = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: 'ignore',
    });
    onTestFinished(async () => {
      monitor.kill('SIGKILL');
      await expect.poll(runningPrograms).toBe(0);
    });
    const { pid: monitorPid = 0 } = monitor;
    await expect.poll(() => childrenOf(monitorPid).length).toBe(1);
    const [pid = 0] = childrenOf(monitorPid);
    monitor.kill(signal);
    const isAlive = () => !['Z', undefined].includes(statOf(pid)?.[0]);
    await expect.poll(isAlive, { timeout: 12_000 }).toBe(false);
  },
);

test('one file is read at a time, and the next one is read even if the one before failed', async () => {
  const reader = opened();
  const leaving = new AbortController();
  const first = reader.read(endlessSqlite(), upload, leaving.signal);
  const refused = expect(first).rejects.toThrow('the import was cancelled');
  const second = reader.read(Buffer.from('[{"name":"a"}]'), upload);
  await nextTurn();
  expect(runningPrograms()).toBe(1);
  leaving.abort();
  await refused;
  expect(entriesOf(await second)).toEqual([{ name: 'a' }]);
});

test('entries come back as they are in the file, whatever their characters', async () => {
  const entries = [{ name: 'a\u2028b\nc\u0000"\\ 🙂', prompt: '中'.repeat(16_000), a: null }];
  const bytes = Buffer.from(JSON.stringify(Array(30).fill(entries[0])));
  expect(entriesOf(await opened().read(bytes, upload))).toEqual(Array(30).fill(entries[0]));
  expect(
    await opened()
      .read(Buffer.from('a: 1'), upload)
      .catch(({ message }) => message),
  ).toBe('the file must hold a list of channels, under "channels"');
});

test('a given format takes precedence over the content', async () => {
  const bytes = Buffer.from('name,base_url\na,https://a.example\n');
  const asCsv = await opened().read(bytes, { kind: 'upload', format: 'csv' });
  expect(entriesOf(asCsv)).toEqual([{ name: 'a', base_url: 'https://a.example' }]);
  const asJson = opened().read(bytes, { kind: 'upload', format: 'json' });
  await expect(asJson).rejects.toThrow('not valid JSON');
});
