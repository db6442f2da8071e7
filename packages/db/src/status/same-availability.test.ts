import { availabilityOfAny, percentOf, sumAvailability } from '@api-monitor/core';
import { expect, test } from 'vitest';
import {
  failedProbe,
  failure,
  finish,
  probe,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  listStatusDays,
  type OpenedDatabase,
  type ProbePeriod,
  readAvailability,
  readProbeSeries,
  recordModelProbe,
} from '../index.ts';

const day = 86_400;
const startS = 20_000 * day;
/** An hour that starts no quarter day, so that sums of every length have parts. */
const fromS = startS + 7 * 3600;
const models = ['a', 'b', 'c'];

/** A reproducible row of numbers from 0 to 1. */
function createRandom(seed: number) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Two channels of three models for a day and a half, checked at uneven times, with failures of all kinds. */
async function watchedChannels(): Promise<OpenedDatabase> {
  const db = await tempDatabase();
  const random = createRandom(7);
  for (const id of [1, 2]) {
    await createTarget(db, targetInput({ name: `relay ${id}` }), 1);
    for (let at = fromS; at < fromS + 1.5 * day; at += 600 + 6000 * random()) {
      // A list that failed is an outage of all models, and nobody was asked.
      const isListDown = random() < 0.1;
      const probes = models.map((model) => {
        const isAlive = !isListDown && random() < 0.8;
        const timestamp = at + random();
        return (isAlive ? probe : failedProbe)({ model, timestamp, requests: isListDown ? 0 : 1 });
      });
      const run = await startedRun(db, id, at);
      await finish(db, run, probes, { listed_models: null });
      const recheck = { probe: failedProbe({ model: 'a', timestamp: at + 60 }), nowS: at + 60 };
      const findings = [failure({ by: 'recheck', at: at + 60 })];
      await recordModelProbe(db, { target_id: id, ...recheck, findings, remembered: null });
    }
  }
  return db;
}

const always = { after: 0, until: startS + 9 * day };

test('the status page, the analysis and the uptime of a channel are one number, in every step', async () => {
  const db = await watchedChannels();
  const ofPage = sumAvailability(await listStatusDays(db, { targetId: 1 }, always));
  const percent = percentOf(ofPage.served_s, ofPage.watched_s);
  expect(percent).toBeGreaterThan(50);
  expect(percent).toBeLessThan(90);
  for (const period of ['hour', 'quarterDay', 'day'] satisfies ProbePeriod[]) {
    const series = await readProbeSeries(db, { target_id: 1, period, from: 0 });
    const sums = series.flatMap(({ periods }) => [...periods.values()]);
    const uptime = (await readAvailability(db, { period, from: 0 })).get(1);
    for (const one of [sumAvailability(sums), uptime]) {
      expect(one?.watched_s).toBeCloseTo(ofPage.watched_s, 3);
      expect(one?.served_s).toBeCloseTo(ofPage.served_s, 3);
      expect(percentOf(one?.served_s ?? 0, one?.watched_s ?? 0)).toBe(percent);
    }
  }
});

test.each([[[1]], [[1, 2]]])('and those of a model on the channels %j', async (targetIds) => {
  const db = await watchedChannels();
  const subject = { model: 'b', targetIds };
  const ofPage = sumAvailability(await listStatusDays(db, subject, always));
  for (const period of ['hour', 'quarterDay', 'day'] satisfies ProbePeriod[]) {
    const all = await readProbeSeries(db, { model: 'b', period, from: 0 });
    const series = all.filter(({ target_id }) => targetIds.includes(target_id));
    const starts = new Set(series.flatMap(({ periods }) => [...periods.keys()]));
    const steps = [...starts].map((start) =>
      availabilityOfAny(series.flatMap(({ periods }) => periods.get(start) ?? [])),
    );
    const sum = sumAvailability(steps);
    expect(sum.watched_s).toBeCloseTo(ofPage.watched_s, 3);
    expect(sum.served_s).toBeCloseTo(ofPage.served_s, 3);
  }
});
