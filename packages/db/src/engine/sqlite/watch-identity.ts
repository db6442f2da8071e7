import { realpath, stat } from 'node:fs/promises';

/**
 * Remembers which files are at `path` and in its write-ahead log now. The returned function tells whether
 * the same files are still there: an open file outlives its name, and whatever is written to it then is
 * lost.
 */
export async function watchIdentity(path: string): Promise<() => Promise<boolean>> {
  // SQLite keeps the log beside the file that a symbolic link leads to.
  const paths = [path, `${await realpath(path)}-wal`];
  const opened = await Promise.all(paths.map(identityOf));
  return async () => {
    const found = await Promise.all(paths.map(identityOf));
    return found.every((identity, index) => identity === opened[index]);
  };
}

/** Null if there is no such file: a file system without shared memory has no log. */
async function identityOf(path: string): Promise<string | null> {
  return stat(path).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}
