import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { listDeliveries, readAlertState } from '@api-monitor/db';
import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { addTarget, askAsAdmin, openServices, runOnce } from './start-services.ts';

const patient = { timeout: 40_000, interval: 200 };

const titlesOf = ({ received }: AlertReceiver) =>
  received.map(({ body }) => String(JSON.parse(body).title));

test(
  'alerts go out once: with two workers, a Redis that is emptied, a killed worker, and no Redis at all',
  async () => {
    const services = await openServices();
    onTestFinished(() => services.close());
    const receiver = await startAlertReceiver();
    onTestFinished(() => receiver.close());
    const provider = await services.startProvider({ m: 'good' });
    const [api, doomed] = await Promise.all([services.start('api'), services.start('worker')]);
    await services.start('worker');
    const { json: tested } = await askAsAdmin(api, '/api/alerts/destinations/test', {
      body: { kind: 'webhook', config: { url: receiver.url } },
    });
    expect(tested.item).toMatchObject({ is_sent: true, status: 200 });
    await askAsAdmin(api, '/api/alerts/destinations', {
      body: { name: 'Hook', kind: 'webhook', config: { url: receiver.url } },
    });
    const id = await addTarget(api, 'Relay A', provider);
    await runOnce(api, id);
    const redis = new Redis(services.redis.url);
    await redis.flushall();
    redis.disconnect();
    await doomed.kill();
    provider.setBehaviour('m', 'http_402');
    await runOnce(api, id);
    const isKnown = async () => Object.keys((await readAlertState(services.db)).watches).length;
    await expect.poll(isKnown, patient).toBe(1);
    // The second finding comes from the probe after the rest, or from this.
    await runOnce(api, id);
    await expect.poll(() => titlesOf(receiver), patient).toContain('Relay A is down');

    await services.redis.stop();
    const [, , isOfRedis = ''] = await expect
      .poll(() => titlesOf(receiver), { timeout: 60_000, interval: 500 })
      .toHaveLength(3)
      .then(() => titlesOf(receiver));
    expect(isOfRedis).toBe('Redis doesn’t answer');
    expect(titlesOf(receiver).slice(0, 2)).toEqual(['A test from API Monitor', 'Relay A is down']);
    const sent = async () =>
      (await listDeliveries(services.db, { limit: 9 })).map(({ status }) => status);
    await expect.poll(sent, patient).toEqual(['sent', 'sent']);
  },
  redisStartTimeoutMs + 180_000,
);
