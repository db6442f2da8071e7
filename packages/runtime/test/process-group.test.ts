import { readdirSync, readFileSync } from 'node:fs';
import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addTarget,
  chat,
  openServices,
  runOnce,
  type TestService,
  type TestServices,
} from './start-services.ts';

const patient = { timeout: 20_000 };

let services: TestServices;
let proxy: TestService;

beforeAll(async () => {
  services = await openServices();
  const [api] = await Promise.all([services.start('api'), services.start('worker')]);
  const provider = await services.startProvider({ m: 'good' });
  await runOnce(api, await addTarget(api, 'relay', provider));
  proxy = await services.start('proxy', { PROXY_PROCESSES: '2', METRICS_PUBLIC: 'true' });
}, redisStartTimeoutMs + 60_000);
afterAll(() => services?.close());

/** The processes that this one started (proc(5)). */
function childrenOf(pid: number): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => parentOf(id) === pid);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Each request has its own connection, so that all processes get some. */
const chats = (count: number) =>
  Promise.all(Array.from({ length: count }, () => chat(proxy, 'relay/m')));

async function servedRequests(): Promise<number> {
  const text = await (await fetch(`${proxy.origin}/metrics`)).text();
  const line = /^api_monitor_gateway_requests_total\{[^}]*outcome="2xx"[^}]*\} (\d+)$/m.exec(text);
  return Number(line?.[1] ?? 0);
}

test('two processes share the port, and each reports the metrics of both', async () => {
  expect(childrenOf(proxy.pid)).toHaveLength(2);
  expect(new Set(await chats(20))).toEqual(new Set([200]));
  const reported = await Promise.all([servedRequests(), servedRequests(), servedRequests()]);
  expect(new Set(reported)).toEqual(new Set([20]));
});

test('a killed process is replaced, and the other one serves meanwhile', async () => {
  const [killed = 0, other = 0] = childrenOf(proxy.pid);
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => childrenOf(proxy.pid)).toEqual([other]);
  expect(new Set(await chats(5))).toEqual(new Set([200]));
  await expect.poll(() => childrenOf(proxy.pid).length, patient).toBe(2);
});

test('a signal ends all of them cleanly', async () => {
  const children = childrenOf(proxy.pid);
  expect(await proxy.stop()).toBe(0);
  expect(children.map(parentOf)).toEqual([0, 0]);
});

test('a start error of one process ends the group, with the same line', async () => {
  const start = services.start('proxy', {
    PROXY_PROCESSES: '2',
    PROXY_PORT: '1',
    HOST: '192.0.2.1',
  });
  await expect(start).rejects.toThrow('ended with code 1');
  const bad = services.start('proxy', { PROXY_PROCESSES: 'many' });
  await expect(bad).rejects.toThrow('ended with code 1');
});
