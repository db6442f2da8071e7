import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AppError, type ErrorCode } from '@api-monitor/core';
import type { UploadFormat } from './read-upload.ts';

/** What to read a file as: whatever an import takes, or a `CHANNELS_FILE`. */
export type UploadKind =
  | { kind: 'upload'; format?: UploadFormat | undefined }
  | { kind: 'channels-file' };

/** A line of what the reading program writes. */
export type ReadLine = { entry: unknown } | { end: true } | { code: ErrorCode; fault: string };

export interface UploadReader {
  /**
   * The channels in a file, not checked yet. Throws AppError `invalid_input`, `payload_too_large`, or
   * `unavailable` if `signal` or `close` ended it. Files wait for each other: the caller bounds how many.
   */
  read(bytes: Buffer, as: UploadKind, signal?: AbortSignal): Promise<unknown[]>;
  close(): void;
}

/** The largest text takes 2 s on a quiet core, and a heap of 190 MiB. */
export const readLimits = { timeoutMs: 30_000, heapMiB: 256 };
/** The program ends itself if nobody has by then. */
const graceMs = 5_000;
/** Of what the program writes to stderr. */
const stderrBytes = 2048;
const tooMuchMemory = 'reading the file takes more memory than an import may have; split it';
/** Beside this file, as source or built. */
const readingProgram = fileURLToPath(
  new URL(`./read-upload-process${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Reads uploads in another process, one at a time. Parsers take seconds and hundreds of megabytes for a
 * few bytes, and SQLite on a hostile file never ends: a process can be killed in the middle of native
 * code, which a thread can't be, and its memory is not ours. It gets none of our environment.
 */
export function createUploadReader(limits = readLimits, program = readingProgram): UploadReader {
  const closing = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  return {
    read(bytes, as, signal = closing.signal) {
      const left = AbortSignal.any([signal, closing.signal]);
      const entries = last.then(() => run(program, bytes, as, left, limits));
      last = entries.catch(() => {});
      return entries;
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
): Promise<unknown[]> {
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
    const entries = await talkTo(child, bytes);
    if (entries) return entries;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  if (left.aborted) throw new AppError('unavailable', 'the import was cancelled');
  if (!late.aborted) throw await ended;
  const seconds = timeoutMs / 1000;
  throw invalid(`reading the file takes longer than ${seconds} s; split it, or write it as JSON`);
}

/** Gives the file and takes the entries; null if the program ended before the last of them. */
async function talkTo(child: ChildProcess, bytes: Buffer): Promise<unknown[] | null> {
  const { stdin, stdout } = child;
  // Without a free file descriptor, no pipe is opened.
  if (!stdin || !stdout) return null;
  // A program that ends early stops reading; how it ended says why.
  stdin.on('error', () => {});
  stdin.end(bytes);
  const entries: unknown[] = [];
  for await (const line of linesOf(stdout)) {
    const told = JSON.parse(line) as ReadLine;
    if ('fault' in told) throw new AppError(told.code, told.fault);
    if ('end' in told) return entries;
    entries.push(told.entry);
  }
  return null;
}

/** Whole lines only. `readline` would split at U+2028 too, which JSON leaves in its texts. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of stream.setEncoding('utf8')) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** What a program's end means if not all entries came. */
function endOf(child: ChildProcess): Promise<Error> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-stderrBytes);
  });
  return new Promise((resolve) => {
    child.once('error', (cause) => {
      const message = 'no process can be started to read the file; try again';
      const error = new AppError('unavailable', message, { cause, retryAfterS: 30 });
      // A process that was killed still has to be waited for.
      if (child.pid === undefined) resolve(error);
    });
    child.once('close', (code, signal) => {
      const isKilled = signal !== null || code === 134;
      if (isKilled) resolve(invalid(tooMuchMemory));
      const message = `the program that reads uploads ended with code ${code}`;
      resolve(new Error(message, { cause: new Error(stderr.trim() || 'it wrote no reason') }));
    });
  });
}

function invalid(fault: string): AppError {
  return new AppError('invalid_input', fault);
}
