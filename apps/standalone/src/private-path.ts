import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivatePath {
  path: string;
  remove(): Promise<void>;
}

/** A path to listen at that only this user may open; on Windows the name of a pipe. */
export async function makePrivatePath(newId: () => string): Promise<PrivatePath> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\api-monitor-${newId()}`, remove: async () => {} };
  }
  // Made with mode 700 (mkdtemp(3)).
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-'));
  return {
    path: join(folder, 'api.sock'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
