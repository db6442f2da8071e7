import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase, setSettings } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readEnv } from '../src/env/read-env.ts';
import { serviceEnvShape } from '../src/env/service-env.ts';
import { serveService } from '../src/http/serve-service.ts';
import { createShutdown } from '../src/process/shutdown.ts';
import { createLogger } from '../src/reports/logger.ts';
import { createMetricsRegistry } from '../src/reports/metrics.ts';

const port = 47_600 + Math.floor(Math.random() * 2_000);
const origin = `http://127.0.0.1:${port}`;
const get = (path: string, token?: string) =>
  fetch(origin + path, token ? { headers: { authorization: `Bearer ${token}` } } : {});

async function open(variables: Record<string, string> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'service-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const env = readEnv(z.object(serviceEnvShape), {
    HOST: '127.0.0.1',
    REDIS_URL: 'redis://127.0.0.1:1',
    DRAIN_DELAY_S: '1',
    ...variables,
  });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const now = () => 1000;
  const db = await openDatabase({ dataDir, now });
  const shutdown = createShutdown(logger, 5_000);
  shutdown.onClose('database', () => db.close());
  onTestFinished(() => shutdown.close());
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const service = { db, bus, logger, metrics: createMetricsRegistry(), shutdown, now };
  await serveService(service, env, {
    port,
    handle(request, response) {
      if (request.url !== '/work') return false;
      response.end('done');
      return true;
    },
  });
  return { db, bus, dataDir, shutdown };
}

test('a draining service is not ready, but serves until its port closes', async () => {
  const { shutdown } = await open();
  expect((await get('/readyz')).status).toBe(200);
  const closed = shutdown.close();
  const unready = await get('/readyz');
  expect([unready.status, await unready.json()]).toEqual([503, { detail: 'shutting down' }]);
  expect((await get('/livez')).status).toBe(200);
  const work = await get('/work');
  expect([await work.text(), work.headers.get('connection')]).toEqual(['done', 'close']);
  await closed;
  await expect(get('/livez')).rejects.toThrow();
});

test('without its database a service is live, but not ready', async () => {
  const { dataDir } = await open();
  await rm(dataDir, { recursive: true });
  expect((await get('/livez')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(503);
});

test('metrics need the current API token, and an unknown path is a 404', async () => {
  const { db } = await open({ API_MONITOR_TOKEN: 'of-the-environment' });
  const statusOf = async (token?: string) => (await get('/metrics', token)).status;
  expect([await statusOf(), await statusOf('guess'), await statusOf('of-the-environment')]).toEqual(
    [401, 401, 200],
  );
  await setSettings(db, { runtime_api_monitor_token: 'chosen-later' }, 1000);
  expect([await statusOf('of-the-environment'), await statusOf('chosen-later')]).toEqual([
    401, 200,
  ]);
  expect((await get('/constructor')).status).toBe(404);
});

test('public metrics need no token', async () => {
  await open({ METRICS_PUBLIC: 'true' });
  expect(await (await get('/metrics')).text()).toContain('process_cpu_seconds_total');
});

test('thirty guesses of the token block an address for ten minutes, even with the right one if it could be guessed', async () => {
  const { bus, db } = await open({ API_MONITOR_TOKEN: 'right', TRUSTED_PROXIES: '127.0.0.1' });
  const ask = (token: string, address: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
    return fetch(`${origin}/metrics`, { headers });
  };
  for (let n = 0; n < 30; n += 1) expect((await ask('guess', '203.0.113.9')).status).toBe(401);
  for (const token of ['guess', 'right']) {
    const { status, headers } = await ask(token, '203.0.113.9');
    expect([status, headers.get('retry-after')]).toEqual([429, '600']);
  }
  expect((await ask('right', '203.0.113.10')).status).toBe(200);
  await setSettings(db, { runtime_api_monitor_token: 'f81d4fae-7dec-11d0-a765' }, 1000);
  expect((await ask('f81d4fae-7dec-11d0-a765', '203.0.113.9')).status).toBe(200);
  // The api and the other services add to this count, because it is the same token.
  const key = 'bad-tokens:failed:203.0.113.9';
  expect(await bus.sums.add([{ key, by: 0, lifeS: 60 }])).toEqual([30]);
});
