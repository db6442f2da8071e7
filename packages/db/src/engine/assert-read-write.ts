import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@api-monitor/core';

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
