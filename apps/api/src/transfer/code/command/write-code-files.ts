import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '@api-monitor/core';
import type { CodeExport, CodeFormat } from '../code-shapes.ts';

/** Whether a path is one of a file, by its ending, and in which format; null: it is one of a folder. */
export function formatOfPath(path: string): CodeFormat | null {
  const ending = extname(path).toLowerCase();
  if (ending === '.json') return 'json';
  return ending === '.yaml' || ending === '.yml' ? 'yaml' : null;
}

interface ToWrite {
  path: string;
  text: string;
  /** Nobody else may read it. */
  isPrivate?: boolean;
}

/** The files that an export becomes: in the folder, or one at the path. */
export function filesAt(path: string, { files }: CodeExport): ToWrite[] {
  const isFile = formatOfPath(path) !== null;
  return files.map((file) => ({
    path: isFile ? path : join(path, file.path),
    text: file.text,
  }));
}

/**
 * Writes files, except those that are as they should be. Throws AppError `conflict`, before anything is written,
 * if one exists with another content and `isForced` is false.
 */
export async function writeFiles(files: readonly ToWrite[], isForced: boolean): Promise<void> {
  const present = await Promise.all(
    files.map(({ path }) => readFile(path, 'utf8').catch(() => null)),
  );
  const others = files.filter(({ text }, index) => ![null, text].includes(present[index] ?? null));
  if (others.length > 0 && !isForced) {
    const names = others.map(({ path }) => path).join(', ');
    throw new AppError('conflict', `${names}: exists with other content; --force replaces it`);
  }
  for (const [index, file] of files.entries()) {
    await writeOne(file, present[index] ?? null).catch((cause: Error) => {
      const message = `${file.path}: cannot be written (${cause.message})`;
      throw new AppError('invalid_input', message, { cause });
    });
  }
}

async function writeOne(
  { path, text, isPrivate = false }: ToWrite,
  present: string | null,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // First, because a file that exists keeps its mode.
  if (isPrivate && present !== null) await chmod(path, 0o600);
  if (present !== text) await writeFile(path, text, isPrivate ? { mode: 0o600 } : {});
}

/** Files of channels in a folder that aren't part of an export, such as that of a renamed channel. */
export async function listStrangers(
  folder: string,
  written: readonly ToWrite[],
): Promise<string[]> {
  const known = new Set(written.map(({ path }) => basename(path)));
  const names = await readdir(folder);
  return names.filter(
    (name) => !name.startsWith('.') && formatOfPath(name) !== null && !known.has(name),
  );
}

/** Variables as a file that Node, Docker and shells read. Throws AppError `invalid_input` for one that they can't. */
export function envText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(name, value)}\n`)
    .join('');
}

function quoted(name: string, value: string): string {
  // Docker takes quotes for a part of the value, so they are only used for what needs some.
  const ways = /^[\w@%+=:,./-]*$/.test(value)
    ? [value]
    : ["'", '"', '`'].map((it) => it + value + it);
  const readable = ways.find((text) => parseEnv(`${name}=${text}\n`)[name] === value);
  if (readable !== undefined) return readable;
  const message = `${name}: has quotes of every kind, so no file can hold it`;
  throw new AppError('invalid_input', message);
}
