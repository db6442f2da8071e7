import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { streamFile } from './stream-file.ts';

async function openedFile(bytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'stream-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'file');
  await writeFile(path, Buffer.alloc(bytes, 7));
  return open(path);
}

test('the whole file is streamed and closed at its end', async () => {
  const file = await openedFile(600_000);
  let closed = 0;
  const stream = streamFile(file, 5_000, () => {
    closed += 1;
  });
  expect((await new Response(stream).arrayBuffer()).byteLength).toBe(600_000);
  expect(closed).toBe(1);
  expect(file.fd).toBe(-1);
});

test('a reader that leaves closes the file', async () => {
  const file = await openedFile(600_000);
  const reader = streamFile(file, 5_000, () => {}).getReader();
  await reader.read();
  await reader.cancel();
  expect(file.fd).toBe(-1);
});

test('a reader that takes nothing is aborted', async () => {
  const file = await openedFile(600_000);
  const reader = streamFile(file, 20, () => {}).getReader();
  await reader.read();
  await expect.poll(() => file.fd).toBe(-1);
  await expect(reader.read()).rejects.toThrow('the reader took nothing');
});

test('a stream without a reader is aborted too', async () => {
  const file = await openedFile(10);
  streamFile(file, 20, () => {});
  await expect.poll(() => file.fd).toBe(-1);
});
