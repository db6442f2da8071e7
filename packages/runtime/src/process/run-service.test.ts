import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };

test('the first line that a service logs has the version of the product', async () => {
  const worker = new URL('../../../../apps/worker/src/main.ts', import.meta.url).pathname;
  const dataDir = await mkdtemp(join(tmpdir(), 'version-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const child = spawn(process.execPath, [worker], {
    env: { ...process.env, DATA_DIR: dataDir, REDIS_URL: 'redis://127.0.0.1:1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  child.kill('SIGKILL');
  await exited;
  expect(JSON.parse(line)).toMatchObject({ msg: 'starting', version: manifest.version });
});
