import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath, findOrInstall } from '@api-monitor/test-servers';

/**
 * Runs SQL or a dot-command on a database file with the command-line shell of SQLite, which is installed
 * first if necessary. Resolves to its output.
 */
export async function runSqliteShell(file: string, command: string): Promise<string> {
  const shell = await findOrInstall({
    name: 'the sqlite3 shell',
    find: () => findOnPath(['sqlite3']),
    debianPackage: 'sqlite3',
    advice: 'install sqlite3',
  });
  const { stdout } = await promisify(execFile)(shell, [file, '.timeout 5000', command]);
  return stdout.trim();
}
