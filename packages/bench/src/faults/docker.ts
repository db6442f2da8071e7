import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const run = promisify(execFile);
const timeoutMs = 600_000;

export const project = 'api-monitor-faults';
export const edgePort = 18_081;

const env = {
  ...process.env,
  COMPOSE_PROJECT_NAME: project,
  EDGE_PORT: String(edgePort),
  // Overrides the settings of the caller's own stack.
  DATABASE_URL: '',
  CHANNELS_FILE: '',
  COMPOSE_PROFILES: '',
  // Enough parallel runs that a fault hits some.
  MONITOR_MAX_PARALLEL_TARGETS: '50',
};
const files = [
  ['-f', 'docker-compose.yml'],
  ['-f', 'packages/bench/src/faults/overrides.yml'],
].flat();

/** Runs docker and returns what it printed; rejects if it fails. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, {
    cwd: root,
    env,
    timeout: timeoutMs,
    maxBuffer: 1e8,
  });
  return stdout.trim();
}

export function compose(...args: string[]): Promise<string> {
  return docker('compose', '--project-directory', root, ...files, ...args);
}

/** The containers of a service, in the order of their numbers. */
export async function containersOf(service: string): Promise<string[]> {
  const text = await docker(
    ...['ps', '--format', '{{.Names}}'],
    ...['--filter', `label=com.docker.compose.project=${project}`],
    ...['--filter', `label=com.docker.compose.service=${service}`],
  );
  return text.split('\n').filter(Boolean).sort();
}

/** A container's address within the stack. */
export function addressOf(container: string): Promise<string> {
  const network = `(index .NetworkSettings.Networks "${project}_inner")`;
  return docker('inspect', '-f', `{{${network}.IPAddress}}`, container);
}

/** Kills the program in a container as a power cut would, so that its restart policy takes over. */
export async function killWithin(container: string): Promise<void> {
  const script = `
    const { readdirSync, readFileSync } = require('node:fs');
    for (const pid of readdirSync('/proc').map(Number)) {
      if (!(pid > 1) || pid === process.pid) continue;
      try {
        const isOurs = readFileSync('/proc/' + pid + '/cmdline', 'utf8').startsWith('node');
        if (isOurs) process.kill(pid, 'SIGKILL');
      } catch {}
    }`;
  await docker('exec', container, 'node', '-e', script);
}
