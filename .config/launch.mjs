// Runs the commands that must work on a bare machine, such as `npm start` and `npm test`: finds Node and
// pnpm, installs, builds, and runs the command. Works with nothing but Node 20 and npm.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from './env-file.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [mode, ...given] = process.argv.slice(2);

const install = ['pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent'];
const build = ['node_modules/.bin/turbo', 'run', 'build', '--output-logs=errors-only'];
const program = ['node'];
const commands = new Map([
  ['start', [install, build, [...program, 'apps/standalone/dist/main.js']]],
  ['demo', [install, build, [...program, 'apps/standalone/dist/demo.js']]],
  ['db:copy', [install, [...program, 'apps/standalone/src/copy-database.ts', ...given]]],
  ['db:compact', [install, [...program, 'apps/standalone/src/compact-database.ts', ...given]]],
  // Node takes some flags after the program for its own, unless the program comes after --.
  ['channels', [install, [...program, '--', 'apps/standalone/src/channels.ts', ...given]]],
  ['admin:reset', [install, [...program, 'apps/standalone/src/reset-access.ts', ...given]]],
  ['test', [install, ['pnpm', 'run', 'check']]],
]);

const steps = commands.get(mode);
if (!steps) throw new Error(`choose one of ${[...commands.keys()].join(', ')}`);
const isProgram = steps.at(-1)[0] === 'node';
const env = {
  // Node reads some variables, such as NODE_EXTRA_CA_CERTS, before any program could set them.
  ...(isProgram && readEnvFile(join(root, '.env'))),
  // Paths that are given mean this folder, as npm says it too.
  INIT_CWD: process.cwd(),
  ...process.env,
  PATH: findPath(),
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

for (const [command, ...args] of steps.slice(0, -1)) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const [command, ...args] = steps.at(-1);
become(command, args);
// Where a process can't become another one (Node before 22.15, Windows), this one stays until it ends.
const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
// The terminal sends Ctrl-C to the child as well. It shuts down cleanly, and this process ends after it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

/**
 * Replaces this process by a program of Node, so that no second one takes memory beside it and signals reach
 * it directly. Returns if that isn't possible.
 *
 * @param {string} name
 * @param {string[]} given
 */
function become(name, given) {
  const folders = (env.PATH ?? '').split(delimiter);
  const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (name !== 'node' || !file || !process.execve) return;
  process.chdir(root);
  process.execve(file, [file, ...given], env);
}

/**
 * The PATH with `node` and `pnpm` of the versions that package.json names. What is missing comes from npm's
 * registry. pnpm can get Node too (`devEngines.runtime`), but only from nodejs.org or a mirror of it, which
 * isn't reachable everywhere that npm's registry is.
 */
function findPath() {
  const { engines, packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const [node, pnpm] = [majorOf(engines.node), majorOf(packageManager)];
  const { stdout } = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8' });
  if (majorOf(process.version) >= node && majorOf(stdout ?? '') === pnpm) return process.env.PATH;

  console.error(
    `Node ${node} and pnpm ${pnpm} come from npm, which downloads them the first time …`,
  );
  const packages = [`--package=node@${node}`, `--package=pnpm@${pnpm}`];
  const print = ['node', '--print', 'process.env.PATH'];
  const args = ['exec', '--yes', '--prefer-offline', ...packages, '--', ...print];
  const stdio = ['ignore', 'pipe', 'inherit'];
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio }).trim();
}

/** @param {string} version such as `v24.21.0`, `>=24` or `pnpm@12.21.0` */
function majorOf(version) {
  return Number(/\d+/.exec(version)?.[0] ?? 0);
}
