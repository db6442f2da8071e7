import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvError } from '@api-monitor/runtime';

export interface PrivatePath {
  path: string;
  remove(): Promise<void>;
}

/** The limit is 104 bytes on macOS and 108 on Linux, including the final zero. */
const longestSocketPath = 103;

/**
 * A path to listen at that only this user may open; on Windows the name of a pipe. Throws EnvError if
 * the folder for temporary files has no room for it.
 */
export async function makePrivatePath(newId: () => string): Promise<PrivatePath> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\api-monitor-${newId()}`, remove: async () => {} };
  }
  // Made with mode 700 (mkdtemp(3)).
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-')).catch((error: Error) => {
    throw new EnvError(`TMPDIR: no folder can be made in it (${error.message})`);
  });
  const path = join(folder, 'api.sock');
  const remove = () => rm(folder, { recursive: true, force: true });
  if (Buffer.byteLength(path) <= longestSocketPath) return { path, remove };
  await remove();
  throw new EnvError(`TMPDIR: its path is too long for the socket ${path}`);
}
