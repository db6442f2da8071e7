import { AppError } from '@api-monitor/core';
import { EnvError } from '@api-monitor/runtime';

/** What kept the monitor from starting, in a line or a few; null where only a stack trace helps. */
export function describeStartFault(error: unknown): string | null {
  if (error instanceof EnvError || error instanceof AppError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'EADDRINUSE':
      return 'PORT: another program listens there already; choose another port';
    case 'EACCES':
      return `PORT or DATA_DIR: not allowed (${error.message})`;
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return `HOST: no address of this machine (${error.message})`;
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'DATA_DIR: registry.db is no intact SQLite database; restore it from a backup';
    case 'EEXIST':
    case 'SQLITE_CANTOPEN':
    case 'ENOTDIR':
    case 'EROFS':
      return `DATA_DIR: the folder cannot be used (${error.message})`;
    default:
      return null;
  }
}
