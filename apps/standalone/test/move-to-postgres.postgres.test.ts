import { emptyPostgresDatabase } from '@api-monitor/db/testing';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test, vi } from 'vitest';
import { start, started, tempDir } from './start-program.ts';

// Several programs start one after the other.
vi.setConfig({ testTimeout: 120_000 });

const apiKey = 'sk-upstream-0123456789abcdef';
const API_MONITOR_TOKEN = 'admin-token-0123456789';
const PROXY_MASTER_TOKEN = 'sk-master-0123456789';
const tokens = { API_MONITOR_TOKEN, PROXY_MASTER_TOKEN };

interface Answer {
  status: number;
  json: { items: { id: number; name?: string }[] };
}

async function call(origin: string, method: string, path: string, body?: object): Promise<Answer> {
  const token = path.startsWith('/v1') ? PROXY_MASTER_TOKEN : API_MONITOR_TOKEN;
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as Answer['json'] };
}

async function startProvider() {
  const provider = await startFakeProvider({
    models: { a: 'good', b: 'http_429_for_a_minute' },
    apiKey,
  });
  onTestFinished(() => provider.close());
  return provider;
}

/** Runs channel 1 and waits until the run has ended. */
async function run(origin: string) {
  const runs = async () => (await call(origin, 'GET', '/api/targets/1/runs')).json.items;
  const before = (await runs()).length;
  expect((await call(origin, 'POST', '/api/targets/1/run')).status).toBeLessThan(300);
  await expect
    .poll(async () => (await runs())[0], { timeout: 20_000 })
    .toMatchObject({ status: 'completed', total: 2, success: 1, fail: 1 });
  expect((await runs()).length).toBe(before + 1);
}

const question = { model: 'relay/a', messages: [{ role: 'user', content: 'hello' }] };

/** Sends a request, and waits until `count` requests are recorded. */
async function askGateway(origin: string, count: number) {
  await expect
    .poll(async () => (await call(origin, 'POST', '/v1/chat/completions', question)).status)
    .toBe(200);
  const records = async () => (await call(origin, 'GET', '/api/proxy/requests')).json.items;
  const served = expect.objectContaining({ target_name: 'relay', model: 'a', status: 200 });
  await expect.poll(records, { timeout: 20_000 }).toEqual(Array(count).fill(served));
}

test('a monitor moves to Postgres with all its data, and continues there', async () => {
  const provider = await startProvider();
  const DATA_DIR = await tempDir();
  const DATABASE_URL = await emptyPostgresDatabase();
  const first = await started({ DATA_DIR, ...tokens });
  const channel = { name: 'relay', base_url: provider.origin, api_key: apiKey, timeout_s: 5 };
  expect((await call(first.origin, 'POST', '/api/targets', channel)).status).toBe(200);
  await run(first.origin);
  await askGateway(first.origin, 1);
  const listed = (await call(first.origin, 'GET', '/api/targets')).json.items;
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);

  const copy = start({ DATA_DIR, DATABASE_URL }, 'src/copy-database.ts');
  expect(await copy.exited, copy.output()).toBe(0);
  expect(copy.output()).toMatch(/targets +1 in SQLite, 1 in Postgres/);

  const second = await started({ DATA_DIR, DATABASE_URL, ...tokens });
  expect((await call(second.origin, 'GET', '/api/targets')).json.items).toEqual(listed);
  await run(second.origin);
  await askGateway(second.origin, 2);
  expect((await call(second.origin, 'GET', '/api/health')).status).toBe(200);
  expect(second.output()).not.toMatch(/"level":[456]0/);
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

test("a Postgres that can't be reached is one line without the address", async () => {
  const DATABASE_URL = 'postgres://monitor:secret@127.0.0.1:1/monitor';
  const { exited, output } = start({ DATA_DIR: await tempDir(), DATABASE_URL });
  expect(await exited).toBe(1);
  expect(output()).toContain('The database is out of reach (ECONNREFUSED).');
  expect(output()).not.toMatch(/secret| {4}at /);
});

test('nothing is copied without an address', async () => {
  const env = { DATA_DIR: await tempDir() };
  const { exited, output } = start(env, 'src/copy-database.ts');
  expect(await exited).toBe(1);
  expect(output()).toContain('DATABASE_URL: must name the Postgres to copy into');
});
