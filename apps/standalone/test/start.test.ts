import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { startHttpProxy } from '@api-monitor/test-servers';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { start, started, tempDir } from './start-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the first start shows the secrets it made, and the second keeps them and shows nothing', async () => {
  const DATA_DIR = await tempDir();
  const first = await started({ DATA_DIR });
  expect(first.output()).toContain(`API Monitor ${manifest.version} listens on`);
  const token = /API_MONITOR_TOKEN +(\S+)/.exec(first.output())?.[1] ?? '';
  expect(first.output()).toMatch(/ADMIN_PANEL_PASSWORD +\S{16,}/);
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  const second = await started({ DATA_DIR });
  expect(second.output()).not.toContain('API_MONITOR_TOKEN');
  const answer = await fetch(`${second.origin}/api/targets`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  second.child.kill('SIGINT');
  expect(await second.exited).toBe(0);
});

test('a taken port is one line, and the secrets made before are still shown', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const place = taken.address();
  const PORT = String(typeof place === 'object' ? place?.port : '');
  const { exited, output } = start({ DATA_DIR: await tempDir(), PORT });
  expect(await exited).toBe(1);
  expect(output()).toContain('PORT: another program listens there already');
  expect(output()).toMatch(/API_MONITOR_TOKEN +\S+/);
  expect(output()).not.toContain('    at ');
});

test('every bad variable is named before anything is created', async () => {
  const { exited, output } = start({
    DATA_DIR: await tempDir(),
    PORT: '80a',
    METRICS_PUBLIC: 'constructor',
    UPSTREAM_ALLOW_PRIVATE: 'some',
    TRUSTED_PROXIES: '10.0.0.0/',
    LOG_LEVEL: 'loud',
    PROXY_ROUTING: 'luck',
    API_MONITOR_TOKEN: 'same-token',
    DEFAULT_INTERVAL_MIN: '0',
  });
  expect(await exited).toBe(1);
  for (const line of [
    'PORT: must be a whole number from 0 to 65535, not "80a"',
    'METRICS_PUBLIC: must be true or false, not "constructor"',
    'UPSTREAM_ALLOW_PRIVATE: must be on, off',
    'TRUSTED_PROXIES: must be addresses or networks',
    'LOG_LEVEL: must be one of fatal',
    'PROXY_ROUTING: must be one of latency',
    'DEFAULT_INTERVAL_MIN: must be a whole number from 1 to 1440',
  ]) {
    expect(output()).toContain(line);
  }
  expect(output()).not.toContain('    at ');
});

test('the same token for the admin and the visitor is rejected', async () => {
  const same = 'same-token-0123456789';
  const DATA_DIR = await tempDir();
  const { exited, output } = start({
    DATA_DIR,
    API_MONITOR_TOKEN: same,
    API_MONITOR_TOKEN_VISITOR: same,
  });
  expect(await exited).toBe(1);
  expect(output()).toContain('API_MONITOR_TOKEN_VISITOR: must not be the same');
  expect(output()).not.toContain(same);
});

test.each([
  ['a file instead of the folder', 'DATA_DIR: the folder cannot be used'],
  ['a file that is not a database', 'DATA_DIR: registry.db is not an intact SQLite database'],
])('%s is one line', async (what, sentence) => {
  const dir = await tempDir();
  const file = join(dir, 'registry.db');
  await writeFile(file, 'this is no database, and long enough to be read as one'.repeat(100));
  const { exited, output } = start({ DATA_DIR: what.startsWith('a file instead') ? file : dir });
  expect(await exited).toBe(1);
  expect(output()).toContain(sentence);
  expect(output()).not.toContain('    at ');
});

test.each(['src/main.ts', 'dist/main.js'])(
  'gateway, api and pages of %s share the port, and imports and HTTP proxies work',
  async (program) => {
    if (program.startsWith('dist')) await build({ root, logLevel: 'error' });
    const master = 'sk-master-0123456789abcdef';
    const env = {
      API_MONITOR_TOKEN: 'token-of-the-test',
      ADMIN_PANEL_PASSWORD: 'password-of-the-test',
      PROXY_MASTER_TOKEN: master,
    };
    const { origin, child, exited } = await started({ DATA_DIR: await tempDir(), ...env }, program);
    const get = (path: string, token: string) =>
      fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await get('/v1/models', master)).json()).toEqual({ object: 'list', data: [] });
    expect(await (await get('/api/health', '')).json()).toMatchObject({ ok: true });
    expect((await get('/v1/nothing', master)).status).toBe(404);
    expect(await importedInto(origin, env.ADMIN_PANEL_PASSWORD)).toMatchObject({ created: 1 });
    expect(await listedThroughProxy(origin, env.API_MONITOR_TOKEN)).toEqual(['gpt-4o']);
    const metrics = await (await get('/metrics', 'token-of-the-test')).text();
    for (const name of ['process_cpu_seconds_total', 'api_monitor_gateway_board_age_seconds']) {
      expect(metrics.split(`# TYPE ${name} `)).toHaveLength(2);
    }
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  },
);

/** The models that a channel behind an HTTP proxy lists. */
async function listedThroughProxy(origin: string, token: string): Promise<unknown> {
  const api_key = 'sk-behind-a-proxy-0123';
  const provider = await startFakeProvider({ apiKey: api_key, models: { 'gpt-4o': 'good' } });
  onTestFinished(() => provider.close());
  const proxy = await startHttpProxy();
  onTestFinished(() => proxy.stop());
  const proxy_url = `http://127.0.0.1:${proxy.port}`;
  const answer = await fetch(`${origin}/api/targets/test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ base_url: provider.origin, api_key, proxy_url }),
  });
  const { item } = (await answer.json()) as { item: { list: { models: unknown } } };
  expect(proxy.asked).not.toEqual([]);
  return item.list.models;
}

/** The counts of an import, which a separate process reads. */
async function importedInto(origin: string, password: string): Promise<unknown> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const login = await fetch(`${origin}/api/admin/login`, {
    ...init,
    body: JSON.stringify({ password }),
  });
  const [cookie = ''] = login.headers.getSetCookie()[0]?.split(';') ?? [];
  const answer = await fetch(`${origin}/api/admin/channels/import?dry_run=1`, {
    method: 'POST',
    headers: { cookie },
    body: 'channels: [{name: a, base_url: https://a.example, api_key: k}]',
  });
  const { counts } = (await answer.json()) as { counts: unknown };
  return counts;
}

test("requests count for the caller's address, even if it sends the peer header", async () => {
  const { origin } = await started({ DATA_DIR: await tempDir() });
  const guess = (address: string) =>
    fetch(`${origin}/api/targets`, {
      headers: { authorization: 'Bearer wrong', 'x-api-monitor-peer': address },
    });
  const statuses: number[] = [];
  for (let n = 0; n <= 30; n += 1) statuses.push((await guess(`203.0.113.${n}`)).status);
  expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
});

test('guessed gateway keys count for the address that a trusted proxy reports', async () => {
  // So short that it could be guessed.
  const master = 'my-master-token-1';
  const { origin } = await started({
    DATA_DIR: await tempDir(),
    PROXY_MASTER_TOKEN: master,
    TRUSTED_PROXIES: '127.0.0.0/8',
  });
  const ask = async (key: string, address: string) => {
    const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': address };
    return (await fetch(`${origin}/v1/models`, { headers })).status;
  };
  expect(await ask(master, '203.0.113.9')).toBe(200);
  for (let n = 0; n < 30; n += 1) expect(await ask(`sk-guess-${n}`, '203.0.113.9')).toBe(401);
  expect(await ask('sk-guess', '203.0.113.9')).toBe(429);
  expect(await ask('sk-guess', '203.0.113.10')).toBe(401);
  // From a blocked address a right guess looks like a wrong one.
  expect(await ask(master, '203.0.113.9')).toBe(429);
  expect(await ask(master, '203.0.113.10')).toBe(200);
});
