import { expect, onTestFinished, test } from 'vitest';
import { endlessSqlite } from '../../../test/endless-sqlite.ts';
import { createUploadReader, readLimits } from './upload-reader.ts';

const upload = { kind: 'upload' } as const;

function opened(own: Partial<typeof readLimits> = {}) {
  const reader = createUploadReader({ ...readLimits, ...own });
  onTestFinished(() => reader.close());
  return reader;
}

const runningPrograms = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;

test('a file that never ends is given up, and its process with it', async () => {
  const read = opened({ timeoutMs: 1500 }).read(endlessSqlite(), upload);
  await expect(read).rejects.toThrow('reading the file takes longer than 1.5 s');
  await expect.poll(runningPrograms).toBe(0);
});

test('a file that takes too much memory ends its own process alone', async () => {
  const list = `[${'{"a":{"b":{}}},'.repeat(130_000)}{}]`;
  const read = opened({ heapMiB: 16 }).read(Buffer.from(list), upload);
  await expect(read).rejects.toThrow('takes more memory than an import may have');
});

test.each(['close', 'leave'])('who goes away ends the process: %s', async (how) => {
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

test('one file is read at a time, and who waits is served though the one before failed', async () => {
  const reader = opened({ timeoutMs: 2000 });
  const first = reader.read(endlessSqlite(), upload);
  const refused = expect(first).rejects.toThrow('longer than 2 s');
  const second = reader.read(Buffer.from('[{"name":"a"}]'), upload);
  expect(runningPrograms()).toBe(1);
  await refused;
  expect(await second).toEqual([{ name: 'a' }]);
});

test('what comes back is what was in the file, whatever its characters', async () => {
  const entries = [{ name: 'a\u2028b\nc\u0000"\\ 🙂', prompt: '中'.repeat(16_000), a: null }];
  const bytes = Buffer.from(JSON.stringify(Array(30).fill(entries[0])));
  expect(await opened().read(bytes, upload)).toEqual(Array(30).fill(entries[0]));
  expect(
    await opened()
      .read(Buffer.from('a: 1'), upload)
      .catch(({ message }) => message),
  ).toBe('the file must hold a list of channels, under "channels"');
});

test('the format that is named goes before what the content looks like', async () => {
  const bytes = Buffer.from('name,base_url\na,https://a.example\n');
  const asCsv = await opened().read(bytes, { kind: 'upload', format: 'csv' });
  expect(asCsv).toEqual([{ name: 'a', base_url: 'https://a.example' }]);
  const asJson = opened().read(bytes, { kind: 'upload', format: 'json' });
  await expect(asJson).rejects.toThrow('no valid JSON');
});
