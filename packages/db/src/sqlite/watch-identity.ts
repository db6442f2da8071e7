import { stat } from 'node:fs/promises';

/**
 * Remembers which file stands at `path` now. The function that it returns tells whether the same file
 * still stands there: an open file outlives its name, and what is written to it then is lost.
 */
export async function watchIdentity(path: string): Promise<() => Promise<boolean>> {
  const opened = await stat(path);
  return async () => {
    const found = await stat(path).catch(() => null);
    return found !== null && found.ino === opened.ino && found.dev === opened.dev;
  };
}
