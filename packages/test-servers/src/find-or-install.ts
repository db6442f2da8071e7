import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** How long an installation may take, including the wait for another one. */
export const installTimeoutMs = 300_000;

interface Wanted<Found> {
  /** Its name in errors: "a Redis server". */
  name: string;
  /** Null if it isn't there. Called again after an installation. */
  find: () => Found | null | Promise<Found | null>;
  debianPackage: string;
  /** What to do if it can't be installed: "install redis-server, or set REDIS_URL". */
  advice: string;
}

/**
 * Finds a program, or installs its package with apt if this user is root on Debian. If neither works, it
 * throws a sentence that says what to install.
 */
export async function findOrInstall<Found>(wanted: Wanted<Found>): Promise<Found> {
  const { name, find, debianPackage, advice } = wanted;
  const present = await find();
  if (present !== null) return present;
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!isRootOnDebian) throw new Error(`The tests need ${name}: ${advice}.`);
  const args = ['-c', installScript, 'sh', debianPackage];
  const install = promisify(execFile)('sh', args, { timeout: installTimeoutMs });
  const failure = await install.then(() => '', String);
  const installed = await find();
  if (installed !== null) return installed;
  throw new Error(`apt could not install ${name}: ${advice}. ${failure}`);
}

/** The path of the first of these programs that is in a folder of the PATH, or in one of `folders`. */
export function findOnPath(names: readonly string[], folders: readonly string[] = []) {
  const all = [...(process.env.PATH ?? '').split(delimiter), ...folders];
  const paths = names.flatMap((name) => all.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

// Test files run in parallel, so apt runs under a lock. policy-rc.d prevents the package from starting
// its service, because tests start their own servers.
const installScript = `
exec 9>/tmp/api-monitor-install.lock
flock 9
dpkg-query -W -f '\${Status}' "$1" 2>/dev/null | grep -q 'ok installed' && exit 0
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"`;
