// A program of its own: takes a file on stdin and writes its channels, a line of JSON each, and one for the
// end or for what is wrong. Arguments: `upload` or `channels-file`, then the format if it is known.
import { setPriority } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@api-monitor/core';
import { readChannelsFile, readUpload, type UploadFormat } from './read-upload.ts';
import type { ReadLine } from './upload-reader.ts';

const write = (line: ReadLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

// Whoever waits for a page or a model goes first.
setPriority(5);
const [kind, format] = process.argv.slice(2);
const bytes = await buffer(process.stdin);
try {
  const entries =
    kind === 'channels-file'
      ? readChannelsFile(bytes)
      : readUpload(bytes, format as UploadFormat | undefined);
  for (const entry of entries) write({ entry });
  write({ end: true });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  write({ code: error.code, fault: error.message });
}
