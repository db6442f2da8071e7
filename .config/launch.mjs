// `npm start`, `npm run demo`, `npm run db:copy`, `npm run admin:reset` and `npm test`: bring what is missing, then do it. Runs on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findToolchain } from './toolchain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const turbo = join('node_modules', '.bin', 'turbo');
const build = [turbo, 'run', 'build', '--output-logs=errors-only'];
// A small nursery in each thread: megabytes less that are resident, at the same speed.
const run = ['node', '--max-semi-space-size=4', '--env-file-if-exists=.env'];
const byHand = (name) => [
  'node',
  '--env-file-if-exists=.env',
  `apps/standalone/src/${name}.ts`,
  ...process.argv.slice(3),
];
const modes = {
  start: [build, [...run, 'apps/standalone/dist/main.js']],
  demo: [build, [...run, 'apps/standalone/dist/demo.js']],
  'db:copy': [byHand('copy-database')],
  'admin:reset': [byHand('reset-access')],
  test: [build, ['pnpm', 'run', 'check']],
};

const steps = modes[process.argv[2]];
if (!steps) throw new Error(`choose one of ${Object.keys(modes).join(', ')}`);

const path = [...findToolchain(root), process.env.PATH].join(delimiter);
const options = {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
};

const install = ['pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent'];
const [last, ...before] = [install, ...steps].reverse();
for (const [command, ...args] of before.reverse()) {
  const { status, error } = spawnSync(command, args, options);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const [command, ...args] = last;
const child = spawn(command, args, options);
// A Ctrl-C reaches the child by itself; it closes cleanly and its end is ours.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
