import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { listProxyRequests } from '@api-monitor/db';
import { postgresDatabase } from '@api-monitor/db/testing';
import { expect, onTestFinished, test } from 'vitest';
import { addTarget, ask, chat, openServices, runOnce } from './start-services.ts';

const patient = { timeout: 30_000, interval: 200 };

test(
  'hosts that share a Postgres and a Redis, but no folder, are one monitor',
  async () => {
    const services = await openServices(await postgresDatabase());
    onTestFinished(() => services.close());
    const provider = await services.startProvider({ m: 'good' });
    const [first, second, proxy] = await Promise.all([
      services.start('api'),
      services.start('api'),
      services.start('proxy'),
      services.start('worker'),
      services.start('worker'),
    ]);
    const id = await addTarget(first, 'shared', provider);
    await runOnce(second, id);
    const seen = (await ask(second, `/api/targets/${id}`)).json.item;
    expect(seen).toMatchObject({ name: 'shared', last_status: 'healthy', running: false });
    await expect.poll(() => chat(proxy, 'shared/m'), patient).toBe(200);
    const records = async () => (await listProxyRequests(services.db, { limit: 10 })).length;
    await expect.poll(records, patient).toBeGreaterThan(0);
  },
  redisStartTimeoutMs + 120_000,
);
