import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';

/** Stands in for the product: says its pid and its folder, and ends with code 7 after a signal. */
const product = `
  if (process.env.ENDS_WITH) process.exit(Number(process.env.ENDS_WITH));
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => process.exit(7));
  setTimeout(() => {}, 60_000);
  console.log(JSON.stringify({ pid: process.pid, folder: process.cwd(), secret: process.env.SECRET }));`;

/** Runs `launch.mjs start` in a folder of its own, whose tools have nothing to do. */
async function launch(options: string[], env: Record<string, string> = {}) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'launch-')));
  const put = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
    await chmod(join(folder, file), 0o755);
  };
  const versions = { engines: { node: '>=20' }, packageManager: 'pnpm@12.0.0' };
  await put('package.json', JSON.stringify({ type: 'module', ...versions }));
  await put('bin/pnpm', '#!/bin/sh\nif [ "$1" = --version ]; then echo 12.0.0; fi');
  await put('node_modules/.bin/turbo', '#!/bin/sh');
  await put('without-execve.cjs', 'delete process.execve;');
  await put('apps/standalone/dist/main.js', product);
  await put('.env', 'export SECRET=half#half # as docker compose reads it\r\n');
  const launcher = join(folder, '.config/launch.mjs');
  await mkdir(dirname(launcher));
  for (const name of ['launch.mjs', 'env-file.mjs']) {
    await copyFile(join(import.meta.dirname, name), join(dirname(launcher), name));
  }

  const PATH = [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn(process.execPath, [...options, launcher, 'start'], {
    cwd: folder,
    env: { ...env, PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own, as a terminal gives it.
    detached: true,
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });
  const pid = child.pid ?? Number.NaN;
  const said = async (): Promise<{ pid: number; folder: string; secret?: string }> => {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return JSON.parse(line);
  };
  return { pid, folder, said, exited };
}

test('the launcher becomes the product, in the same folder', async () => {
  const { pid, folder, said } = await launch([]);
  expect(await said()).toEqual({ pid, folder, secret: 'half#half' });
});

test('the environment takes precedence over the file', async () => {
  const { said } = await launch([], { SECRET: 'given' });
  expect((await said()).secret).toBe('given');
});

describe.each([
  ['can', []],
  ["can't", ['--require=./without-execve.cjs']],
])('a Node that %s replace its process', (_, options) => {
  test('SIGTERM reaches the product, and its exit code is the launcher’s', async () => {
    const { pid, said, exited } = await launch(options);
    await said();
    process.kill(pid, 'SIGTERM');
    expect(await exited).toEqual([7, null]);
  });

  test('so does Ctrl-C, which goes to the whole group', async () => {
    const { pid, said, exited } = await launch(options);
    await said();
    process.kill(-pid, 'SIGINT');
    expect(await exited).toEqual([7, null]);
  });

  test('a product that can’t start ends with its own code', async () => {
    const { exited } = await launch(options, { ENDS_WITH: '3' });
    expect(await exited).toEqual([3, null]);
  });
});
