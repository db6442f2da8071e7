// Finds Node 24 and pnpm 12, and fetches them with npm where the machine has neither. Runs on Node 20.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const wantedNode = 24;
const wantedPnpm = 12;

/** The folders to put before PATH so that `node` and `pnpm` are the wanted ones; none where they are. */
export function findToolchain(root) {
  if (majorOf(process.version) >= wantedNode && majorOf(pnpmVersion()) === wantedPnpm) return [];
  const memory = join(root, 'node_modules', '.cache', 'toolchain.json');
  const remembered = readFolders(memory);
  if (remembered.some((folder) => existsSync(join(folder, 'pnpm')))) return remembered;
  const folders = fetchToolchain(root);
  mkdirSync(join(memory, '..'), { recursive: true });
  writeFileSync(memory, JSON.stringify(folders));
  return folders;
}

function fetchToolchain(root) {
  console.error(`Fetching Node ${wantedNode} and pnpm ${wantedPnpm} …`);
  const packages = [`--package=node@${wantedNode}`, `--package=pnpm@${wantedPnpm}`];
  const script = 'process.stdout.write(JSON.stringify(process.env.PATH))';
  const path = execFileSync('npm', ['exec', '--yes', ...packages, '--', 'node', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // npm puts the folder of the packages' commands before the PATH that it was called with.
  const folders = JSON.parse(path).split(delimiter);
  return folders.filter((folder) => existsSync(join(folder, 'pnpm')) && folder.includes('_npx'));
}

function readFolders(memory) {
  try {
    return JSON.parse(readFileSync(memory, 'utf8'));
  } catch {
    return [];
  }
}

function pnpmVersion() {
  try {
    return execFileSync('pnpm', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '';
  }
}

function majorOf(version) {
  return Number(/^v?(\d+)/.exec(version.trim())?.[1] ?? 0);
}
