import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

/** Files that each break one rule. */
const forbidden: Record<string, [rule: string, text: string]> = {
  'packages/core/src/reads-a-file.ts': ['core/no-node', "import 'node:fs';"],
  'packages/core/src/knows-the-database.ts': [
    'core/rooms',
    "import type {} from '@api-monitor/db';",
  ],
  'packages/core/src/knows.test.ts': ['core/test-rooms', "import '@api-monitor/db';"],
  'packages/protocols/src/serves.ts': ['protocols/packages', "import 'hono';"],
  'packages/db/src/serves.ts': ['db/packages', "export * from 'hono';"],
  'packages/bench/src/probes.ts': ['bench/rooms', "import '@api-monitor/worker';"],
  'apps/worker/src/serves.ts': ['worker/packages', "await import('hono');"],
  'apps/standalone/src/serves.ts': ['standalone/packages', "import 'hono';"],
  'apps/web/src/runs-the-api.ts': ['web/types-only', "import '@api-monitor/api';"],
  'apps/web/src/first.ts': ['no-circles', "import './second.ts';"],
  'apps/worker/src/reaches-in.ts': ['rooms-by-name', "import '../../../packages/db/src/index.ts';"],
  'apps/standalone/src/fakes.ts': [
    'no-test-code-in-the-product',
    "import '@api-monitor/fake-provider';",
  ],
  'apps/worker/src/misspells.ts': ['everything-resolves', "import './mispelt.ts';"],
};

/** Files that break no rule by themselves. */
const allowed: Record<string, string> = {
  'packages/core/src/parses.ts': "import 'zod';",
  'packages/core/src/parses.test.ts': "import '@api-monitor/fake-provider';\nimport 'node:fs';",
  'packages/db/src/index.ts': "import '@api-monitor/core';\nimport 'node:fs';",
  'apps/web/src/calls-the-api.ts': "import type {} from '@api-monitor/api';\nimport 'hono';",
  'apps/web/src/second.ts': "import type {} from './first.ts';",
};

test('each kind of forbidden import breaks the rule that is meant for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boundaries-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };
  for (const name of ['zod', 'hono']) {
    await write(
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, exports: './main.js' }),
    );
    await write(`node_modules/${name}/main.js`, '');
  }
  for (const room of ['core', 'db', 'fake-provider', 'api', 'worker']) {
    const path = `${room === 'api' || room === 'worker' ? 'apps' : 'packages'}/${room}`;
    const name = `@api-monitor/${room}`;
    await write(`${path}/package.json`, JSON.stringify({ name, exports: './src/index.ts' }));
    await write(`${path}/src/index.ts`, '');
    await mkdir(join(folder, 'node_modules/@api-monitor'), { recursive: true });
    await symlink(join(folder, path), join(folder, 'node_modules', name));
  }
  for (const [file, text] of Object.entries(allowed)) await write(file, text);
  for (const [file, [, text]] of Object.entries(forbidden)) await write(file, text);

  expect(await findViolations(folder)).toEqual(
    Object.entries(forbidden)
      .map(([file, [rule]]) => `${file}: ${rule}`)
      .sort(),
  );
});

async function findViolations(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    resolve('node_modules/.bin/depcruise'),
    ['apps', 'packages', '--config', resolve('.dependency-cruiser.ts'), '--output-type', 'json'],
    { cwd: folder },
  );
  const { violations }: { violations: { from: string; rule: { name: string } }[] } =
    JSON.parse(stdout).summary;
  return violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort();
}
