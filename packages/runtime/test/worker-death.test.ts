import { redisStartTimeoutMs } from '@api-monitor/bus/test/redis-server';
import { listRuns } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { addTarget, ask, openServices } from './start-services.ts';

const patient = { timeout: 20_000, interval: 200 };

test(
  'the run of a killed worker is ended within a minute, and another worker runs it again',
  async () => {
    const services = await openServices();
    onTestFinished(() => services.close());
    const provider = await services.startProvider({ m: 'hang_before_headers' });
    const [api, doomed] = await Promise.all([services.start('api'), services.start('worker')]);
    const id = await addTarget(api, 'slow', provider);
    await ask(api, `/api/targets/${id}/run`, { method: 'POST' });
    await expect.poll(() => provider.received(), patient).toBe(2);
    await services.start('worker');
    await doomed.kill();
    provider.setBehaviour('m', 'good');
    const runs = async () => (await listRuns(services.db, id, 10)).map(({ status }) => status);
    expect(await runs()).toEqual(['running']);
    await expect.poll(runs, { timeout: 60_000, interval: 500 }).toEqual(['completed', 'error']);
    const [again, ended] = await listRuns(services.db, id, 10);
    expect(ended?.error).toBe('interrupted');
    expect(again?.started_at).toBeGreaterThanOrEqual(
      ended?.finished_at ?? Number.POSITIVE_INFINITY,
    );
  },
  redisStartTimeoutMs + 120_000,
);
