import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

/** A real file system of a few megabytes, unmounted when the test ends. */
export interface SmallDisk {
  folder: string;
  /** Leaves so many bytes free; absent: none. */
  fill(options?: { leaveBytes: number }): Promise<void>;
  /** Frees what `fill` used. */
  free(): Promise<void>;
}

/** Mounts one. Throws a sentence if this user may not. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0},mode=700`;
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,${owner}`, 'tmpfs', folder];
  await asRoot(mount).catch((cause) => {
    const message =
      'The tests mount a small tmpfs: run them as root, or where sudo needs no password.';
    throw new Error(message, { cause });
  });
  onTestFinished(async () => {
    await asRoot(['umount', '--lazy', folder]);
    await rmdir(folder);
  });
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill({ leaveBytes } = { leaveBytes: 0 }) {
      const file = await open(ballast, 'a');
      try {
        for (let bytes = 64 * 1024; bytes > 0; ) {
          await file.write(Buffer.alloc(bytes)).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== 'ENOSPC') throw error;
            bytes = Math.floor(bytes / 2);
          });
        }
      } finally {
        await file.close();
      }
      await truncate(ballast, (await stat(ballast)).size - leaveBytes);
    },
    free: () => rm(ballast),
  };
}

async function asRoot([command = '', ...args]: string[]): Promise<void> {
  const run = promisify(execFile);
  if (process.getuid?.() === 0) await run(command, args);
  else await run('sudo', ['-n', command, ...args]);
}
