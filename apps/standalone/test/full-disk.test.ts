import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mountSmallDisk } from '@api-monitor/db/test/small-disk';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test, vi } from 'vitest';
import { address, start, started } from './start-program.ts';

// The health check looks at the disk every ten seconds.
vi.setConfig({ testTimeout: 120_000 });
const patient = { timeout: 30_000, interval: 200 };

const apiKey = 'sk-upstream-0123456789abcdef';
const API_MONITOR_TOKEN = 'admin-token-0123456789';
const PROXY_MASTER_TOKEN = 'sk-master-0123456789';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into any answer, right or wrong
  json: any;
}

async function call(origin: string, method: string, path: string, body?: object): Promise<Answer> {
  const token = path.startsWith('/v1') ? PROXY_MASTER_TOKEN : API_MONITOR_TOKEN;
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, json: await response.json() };
}

/** A monitor on its own disk, with one channel that was run once. */
async function startOnSmallDisk() {
  const provider = await startFakeProvider({ models: { m: 'good' }, apiKey });
  onTestFinished(() => provider.close());
  const disk = await mountSmallDisk(4);
  const env = { DATA_DIR: disk.folder, API_MONITOR_TOKEN, PROXY_MASTER_TOKEN };
  const monitor = await started(env);
  const ask = (method: string, path: string, body?: object) =>
    call(monitor.origin, method, path, body);
  const runStates = async () =>
    (await ask('GET', '/api/targets/1/runs')).json.items.map(
      (run: { status: string }) => run.status,
    );
  const add = (name: string) =>
    ask('POST', '/api/targets', {
      ...{ name, base_url: provider.origin, api_key: apiKey, timeout_s: 5 },
      prompt: 'x'.repeat(4000),
    });
  expect((await add('relay')).status).toBe(200);
  await ask('POST', '/api/targets/1/run');
  await expect.poll(runStates, patient).toEqual(['completed']);
  return { ...monitor, provider, disk, ask, add, runStates };
}

/** Adds channels until one is rejected: the write-ahead log has room for a few after the disk is full. */
async function addUntilRefused(add: (name: string) => Promise<Answer>): Promise<Answer> {
  for (let n = 0; n < 500; n += 1) {
    const answer = await add(`another ${n}`);
    if (answer.status !== 200) return answer;
  }
  throw new Error('the disk has room for 500 channels');
}

test('on a full disk the monitor keeps running, says so, and records everything once there is room', async () => {
  const { provider, disk, ask, add, runStates, child, exited, output } = await startOnSmallDisk();
  const health = async () => {
    const { status, json } = await ask('GET', '/api/health');
    return [status, json.detail ?? ''];
  };
  expect(await health()).toEqual([200, '']);
  provider.setBehaviour('m', 'hang_before_headers');
  await ask('POST', '/api/targets/1/run');
  await expect.poll(runStates, patient).toEqual(['running', 'completed']);

  await disk.fill();
  const detail = expect.stringMatching(/disk .*is full/);
  expect(await addUntilRefused(add)).toEqual({ status: 503, json: { detail } });
  await expect.poll(health, patient).toEqual([503, detail]);
  provider.setBehaviour('m', 'good');
  const question = { model: 'relay/m', messages: [{ role: 'user', content: 'x' }] };
  for (let n = 0; n < 20; n += 1)
    expect((await ask('POST', '/v1/chat/completions', question)).status).toBe(200);
  // Longer than the run's only probe can take.
  await expect.poll(() => output(), patient).toContain('run not written; trying again');
  await expect.poll(() => output(), patient).toContain('requests not written; trying again');
  expect(child.exitCode).toBe(null);

  await disk.free();
  await expect.poll(health, patient).toEqual([200, '']);
  await expect.poll(runStates, patient).toEqual(['completed', 'completed']);
  const records = async () => (await ask('GET', '/api/proxy/requests')).json.items.length;
  await expect.poll(records, patient).toBe(20);
  expect((await add('late')).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exited, output()).toBe(0);
});

test('the monitor keeps running while the disk of its own log is full', async () => {
  const disk = await mountSmallDisk(4);
  const env = { DATA_DIR: disk.folder, API_MONITOR_TOKEN };
  const intoFile = ['sh', '-c', 'exec "$@" >>"$DATA_DIR/monitor.log" 2>&1', 'sh'];
  const { child, exited } = start(env, 'src/main.ts', intoFile);
  const log = () => readFile(join(disk.folder, 'monitor.log'), 'utf8');
  await expect.poll(log, { timeout: 40_000 }).toMatch(address);
  const origin = address.exec(await log())?.[1] ?? '';
  await disk.fill();
  const channel = { base_url: 'https://relay.example', api_key: 'sk-1', prompt: 'x'.repeat(4000) };
  // Each rejected request is a line in the log.
  const add = (name: string) => call(origin, 'POST', '/api/targets', { ...channel, name });
  await addUntilRefused(add);
  for (let n = 0; n < 20; n += 1) expect((await add('refused')).status).toBe(503);
  expect(child.exitCode).toBe(null);
  await disk.free();
  expect((await add('late')).status).toBe(200);
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(await log()).toContain('shutting down');
});
