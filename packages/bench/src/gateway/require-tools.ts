import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const tools = ['nginx', 'wrk', 'taskset'];

/** Ends the process with the command that installs them where a tool is not on the PATH. */
export function requireTools(): void {
  const missing = tools.filter((tool) => !isOnPath(tool));
  if (missing.length === 0) return;
  console.error(
    `not on the PATH: ${missing.join(', ')}; apt-get install nginx-light wrk util-linux`,
  );
  process.exit(1);
}

function isOnPath(tool: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
