import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, link, open, readlink, stat, unlink } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '@api-monitor/core';

/**
 * Creates a file that only its owner may read and write (mode 600), unless it exists: an existing file
 * isn't opened. It appears complete or not at all, even if several processes create it at once.
 */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  if (await exists(path)) return;
  // A symbolic link to a file that doesn't exist yet.
  const target = await readlink(path).catch(() => null);
  if (target !== null) return createPrivateFile(resolve(dirname(path), target), text);
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeDurably(draft, text);
    await publish(draft, path);
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/**
 * Throws AppError `conflict` if `path` is a directory, and the error of the file system (which names the
 * path) if this process may not read and write the file. Doesn't open it.
 */
export async function assertReadWrite(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) {
    throw new AppError('conflict', `DATA_DIR: ${basename(path)} is a directory; move it away`);
  }
  await access(path, constants.R_OK | constants.W_OK);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A link appears complete or not at all, and never replaces a file. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    // Some file systems have no links. The next best is a copy that refuses to overwrite.
    await copyFile(draft, path, constants.COPYFILE_EXCL).catch((failure: unknown) => {
      if (codeOf(failure) !== 'EEXIST') throw failure;
    });
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
