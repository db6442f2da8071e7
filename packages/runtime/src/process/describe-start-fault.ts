import { AppError } from '@api-monitor/core';
import { describeStorageFault } from '@api-monitor/db';
import { EnvError } from '../env/env-error.ts';

/** Why the monitor couldn't start, in a line or a few; null if only a stack trace helps. */
export function describeStartFault(error: unknown): string | null {
  if (error instanceof EnvError || error instanceof AppError) return error.message;
  const storage = describeStorageFault(error);
  if (storage !== null) return `DATA_DIR: ${storage}`;
  if (!(error instanceof Error) || !('code' in error)) return null;
  const syscall = 'syscall' in error ? error.syscall : null;
  switch (error.code) {
    case 'EADDRINUSE':
      return 'PORT: another program listens there already; choose a different port';
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return `HOST: not an address of this machine (${error.message})`;
    case 'EACCES':
    case 'EPERM':
      return `${syscall === 'listen' ? 'PORT' : 'DATA_DIR'}: not allowed (${error.message})`;
    case 'ENOENT':
      // Making the folder fails like this only if it is a dangling link.
      return syscall === 'mkdir' ? folderFault(error) : null;
    case 'EEXIST':
    case 'ELOOP':
    case 'ENAMETOOLONG':
    case 'ENOTDIR':
      return folderFault(error);
    default:
      return null;
  }
}

function folderFault({ message }: Error): string {
  return `DATA_DIR: the folder cannot be used (${message})`;
}
