import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AppError, type ErrorCode } from '@api-monitor/core';
import type { Upload, UploadedEntry } from '../import-notes.ts';
import type { UploadFormat } from './upload-formats.ts';

/** What to read: a file for an import, a `CHANNELS_FILE`, or the files of code, as JSON of `CodeFile[]`. */
export type UploadKind =
  | { kind: 'upload'; format?: UploadFormat | undefined }
  | { kind: 'channels-file' }
  | { kind: 'code' };

interface Fault {
  code: ErrorCode;
  fault: string;
}

/** A line that the reading program writes. */
export type ReadLine = UploadedEntry | ({ end: true } & Omit<Upload, 'entries'>) | Fault;

export interface UploadReader {
  /**
   * The channels in a file, not validated yet. Throws AppError `invalid_input`, `payload_too_large`, or
   * `unavailable` if `signal` or `close` ended it. Files wait for each other; the caller limits how many.
   */
  read(bytes: Buffer, as: UploadKind, signal?: AbortSignal): Promise<Upload>;
  close(): void;
}

/** A YAML of 8 MiB with 1.3 million parts takes 10 s on a busy core, and fits this heap; JSON takes 2 s. */
export const readLimits = { timeoutMs: 30_000, heapMiB: 256 };
/** After this much longer the program ends itself. */
const graceMs = 5_000;
/** How much of the program's stderr is kept. */
const stderrBytes = 2048;
const tooMuchMemory = 'reading the file takes more memory than an import may use; split it';
/** Beside this file, as source or built. */
const readingProgram = fileURLToPath(
  new URL(`./read-upload-process${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Reads uploads in another process, one at a time. Parsers may take seconds and hundreds of megabytes for
 * a few bytes, and SQLite never ends on a hostile file: a process can be killed in the middle of native
 * code, unlike a thread, and has its own memory. It gets none of this process's environment.
 */
export function createUploadReader(limits = readLimits, program = readingProgram): UploadReader {
  const closing = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    read(bytes, as, signal = closing.signal) {
      const left = AbortSignal.any([signal, closing.signal]);
      const upload = last.then(() => run(program, bytes, as, left, limits));
      last = upload.catch(() => {});
      return upload;
    },
    close: () => closing.abort(),
  };
}

async function run(
  program: string,
  bytes: Buffer,
  as: UploadKind,
  left: AbortSignal,
  { timeoutMs, heapMiB }: typeof readLimits,
): Promise<Upload> {
  const late = AbortSignal.timeout(timeoutMs);
  const bounds = [process.pid, timeoutMs + graceMs].map(String);
  const kind = as.kind === 'upload' && as.format ? [as.kind, as.format] : [as.kind];
  const child: ChildProcess = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMiB}`, program, ...bounds, ...kind],
    {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: AbortSignal.any([late, left]),
      killSignal: 'SIGKILL',
    },
  );
  const ended = endOf(child);
  try {
    const upload = await exchangeWith(child, bytes);
    if (upload) return upload;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  if (left.aborted) throw new AppError('unavailable', 'the import was cancelled');
  if (!late.aborted) throw await ended;
  const seconds = timeoutMs / 1000;
  throw invalid(`reading the file takes longer than ${seconds} s; split it, or write it as JSON`);
}

/** Sends the file and collects the entries; null if the program ended before the last of them. */
async function exchangeWith(child: ChildProcess, bytes: Buffer): Promise<Upload | null> {
  const { stdin, stdout } = child;
  // There are no pipes if no file descriptor was free.
  if (!stdin || !stdout) return null;
  // A program that ends early stops reading; its exit says why.
  stdin.on('error', () => {});
  stdin.end(bytes);
  const entries: UploadedEntry[] = [];
  for await (const line of linesOf(stdout)) {
    const read = JSON.parse(line) as ReadLine;
    if ('fault' in read) throw new AppError(read.code, read.fault);
    if ('end' in read) return { entries, notes: read.notes, alerts: read.alerts };
    entries.push(read);
  }
  return null;
}

/** Whole lines. `readline` would also split at U+2028, which JSON keeps inside texts. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of stream.setEncoding('utf8')) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** What the end of the program means if not all entries came. */
function endOf(child: ChildProcess): Promise<Error> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-stderrBytes);
  });
  return new Promise((resolve) => {
    child.once('error', (cause) => {
      const message = 'could not start a process to read the file; try again';
      const error = new AppError('unavailable', message, { cause, retryAfterS: 30 });
      // A killed process has to be waited for.
      if (child.pid === undefined) resolve(error);
    });
    child.once('close', (code, signal) => {
      const isKilled = signal !== null || code === 134;
      if (isKilled) resolve(invalid(tooMuchMemory));
      const message = `the program that reads uploads ended with code ${code}`;
      resolve(
        new Error(message, { cause: new Error(stderr.trim() || 'it wrote nothing to stderr') }),
      );
    });
  });
}

function invalid(fault: string): AppError {
  return new AppError('invalid_input', fault);
}
