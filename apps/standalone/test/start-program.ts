import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

const programOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'start-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Starts a program of this app on a free port, through `runner` if one is given. It is killed when the test ends. */
export function start(
  env: Record<string, string>,
  program = 'src/main.ts',
  runner: readonly string[] = [],
  flags: readonly string[] = [],
) {
  // Else Node takes some flags for its own.
  const node = [process.execPath, '--', programOf(program)];
  const [command = '', ...args] = [...runner, ...node, ...flags];
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child: ChildProcess = spawn(command, args, {
    env: { PATH, NODE_COMPILE_CACHE, HOST: '127.0.0.1', PORT: '0', ...env },
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exited, output: () => output };
}

/** Finds the address that the monitor prints. */
export const address = /listens on (http:\/\/localhost:\d+)/;

/** The monitor, once it listens. */
export async function started(env: Record<string, string>, program?: string) {
  const process = start(env, program);
  await expect.poll(process.output, { timeout: 40_000 }).toMatch(address);
  return { ...process, origin: address.exec(process.output())?.[1] ?? '' };
}
