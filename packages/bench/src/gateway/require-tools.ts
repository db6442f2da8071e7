import { findOnPath } from '@api-monitor/test-servers';

/** Ends the process with the command that installs them if a tool isn't on the PATH. */
export function requireTools(): void {
  const missing = ['nginx', 'wrk', 'taskset'].filter((tool) => findOnPath([tool]) === null);
  if (missing.length === 0) return;
  console.error(
    `not on the PATH: ${missing.join(', ')}; apt-get install nginx-light wrk util-linux`,
  );
  process.exit(1);
}
