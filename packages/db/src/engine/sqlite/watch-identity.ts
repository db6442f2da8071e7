import { realpath, stat } from 'node:fs/promises';

/**
 * Remembers which files are at `path` and in its write-ahead log now. The returned function says whether
 * they are still the same files: an open file outlives its name, and what is written to it then is lost.
 */
export async function watchIdentity(path: string): Promise<() => Promise<boolean>> {
  // If `path` is a symbolic link, SQLite keeps the log beside the file that it points to.
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
