import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runSqliteShell } from '@api-monitor/db/test/sqlite-shell';
import { expect, test, vi } from 'vitest';
import { start, started, tempDir } from './start-program.ts';

// Several programs start one after the other.
vi.setConfig({ testTimeout: 120_000 });

async function logIn(origin: string, password: string) {
  const response = await fetch(`${origin}/api/admin/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { status: response.status, cookie };
}

test('resetting the access of a running monitor gives a new password', async () => {
  const DATA_DIR = await tempDir();
  const ADMIN_PANEL_PASSWORD = 'the-forgotten-one';
  const { origin } = await started({ DATA_DIR, ADMIN_PANEL_PASSWORD });
  const before = await logIn(origin, ADMIN_PANEL_PASSWORD);
  expect(before.status).toBe(200);
  const reset = start({ DATA_DIR, ADMIN_PANEL_PASSWORD }, 'src/reset-access.ts');
  expect(await reset.exited).toBe(0);
  const password = /ADMIN_PANEL_PASSWORD {2}(\S+)/.exec(reset.output())?.[1] ?? '';
  const headers = { cookie: before.cookie };
  expect((await fetch(`${origin}/api/admin/session`, { headers })).status).toBe(401);
  expect((await logIn(origin, ADMIN_PANEL_PASSWORD)).status).toBe(401);
  expect((await logIn(origin, password)).status).toBe(200);
});

test('a killed monitor keeps all channels and the new password after another program opened the database', async () => {
  const env = { DATA_DIR: await tempDir(), API_MONITOR_TOKEN: 'token-of-the-test' };
  const ask = async (origin: string, body?: object) => {
    const response = await fetch(`${origin}/api/targets`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${env.API_MONITOR_TOKEN}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as { items: { name: string }[] };
  };
  const add = (origin: string, name: string) =>
    ask(origin, { name, base_url: 'https://relay.example', api_key: 'sk-1', interval_min: 1440 });

  const first = await started(env);
  for (const name of ['a', 'b']) await add(first.origin, name);
  await runSqliteShell(join(env.DATA_DIR, 'registry.db'), 'select 1 from targets');
  for (const name of ['c', 'd']) await add(first.origin, name);
  const reset = start(env, 'src/reset-access.ts');
  expect(await reset.exited).toBe(0);
  const password = /ADMIN_PANEL_PASSWORD {2}(\S+)/.exec(reset.output())?.[1] ?? '';
  await add(first.origin, 'e');
  first.child.kill('SIGKILL');
  await first.exited;

  const second = await started(env);
  const { items } = await ask(second.origin);
  expect(items.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect((await logIn(second.origin, password)).status).toBe(200);
});

test('an address that was blocked after failed logins may try the new password', async () => {
  const DATA_DIR = await tempDir();
  const { origin } = await started({ DATA_DIR });
  const guess = async () => (await logIn(origin, 'a guess')).status;
  await expect.poll(guess, { timeout: 30_000, interval: 10 }).toBe(429);
  const reset = start({ DATA_DIR }, 'src/reset-access.ts');
  expect(await reset.exited).toBe(0);
  expect(reset.output()).toContain(`Database: ${join(DATA_DIR, 'registry.db')}`);
  expect(reset.output()).toContain('blocked after failed logins may try again within 5 seconds');
  const password = /ADMIN_PANEL_PASSWORD {2}(\S+)/.exec(reset.output())?.[1] ?? '';
  const patient = { timeout: 15_000, interval: 250 };
  await expect.poll(async () => (await logIn(origin, password)).status, patient).toBe(200);
  expect(await guess()).toBe(401);
  expect((await logIn(origin, password)).status).toBe(200);
});

test('a folder without a database stays without one', async () => {
  const DATA_DIR = await tempDir();
  const reset = start({ DATA_DIR }, 'src/reset-access.ts');
  expect(await reset.exited).toBe(1);
  expect(reset.output()).toBe(
    `DATA_DIR: ${DATA_DIR} holds no registry.db; name the folder that the monitor runs with, as in\n` +
      '  DATA_DIR=/path/to/data npm run admin:reset\n',
  );
  expect(await readdir(DATA_DIR)).toEqual([]);
});

test('the help says how to name the database', async () => {
  const reset = start({}, 'src/reset-access.ts', [], ['--help']);
  expect(await reset.exited).toBe(0);
  expect(reset.output()).toContain('DATA_DIR=/path/to/data npm run admin:reset');
});
