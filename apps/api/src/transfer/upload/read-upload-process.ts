// A separate program: reads a file from stdin and writes its channels, one line of JSON each, then one line
// for the end or for what is wrong. Arguments: its parent's pid, the milliseconds after which it ends
// itself, the kind of upload, and the format if it is known.
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { AppError } from '@api-monitor/core';
import type { Upload } from '../import-notes.ts';
import { readCode } from './read-code.ts';
import { readChannelsFile, readUpload } from './read-upload.ts';
import type { UploadFormat } from './upload-formats.ts';
import type { ReadLine } from './upload-reader.ts';

const write = (line: ReadLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Pages and probes go first.
setPriority(5);
const [parentPid, timeoutMs, kind, format] = process.argv.slice(2);
const watcher = new URL(`./watch-reading${extname(import.meta.url)}`, import.meta.url);
new Worker(watcher, { argv: [parentPid, timeoutMs] }).unref();
const readers: Record<string, (bytes: Buffer) => Upload> = {
  upload: (bytes) => readUpload(bytes, format as UploadFormat | undefined),
  'channels-file': readChannelsFile,
  code: readCode,
};
const read = readers[kind ?? ''] ?? readUpload;
const bytes = await buffer(process.stdin);
try {
  const { entries, ...rest } = read(bytes);
  for (const entry of entries) write(entry);
  write({ end: true, ...rest });
} catch (error) {
  if (error instanceof AppError) write({ code: error.code, fault: error.message });
  else {
    // stderr goes to the log, and the message might quote the file.
    const { name, stack = '' } = error instanceof Error ? error : new Error();
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    process.stderr.write(`${name}\n${frames.join('\n')}\n`);
    process.exitCode = 1;
  }
}
