import { expect, test } from 'vitest';
import { channelFails, comeBack, goDown, step } from '../../test/alert-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { countOpenIncidents, listIncidents, listIncidentsSince } from '../index.ts';

const idsOf = (incidents: readonly { id: number }[]) => incidents.map(({ id }) => id);

test('incidents are found by state, severity, channel and time, and open ones counted by kind', async () => {
  const db = await tempDatabase();
  await goDown(db, 1, 100);
  await comeBack(db, 1, 500);
  const subject = { kind: 'disk', target_id: null, model: null, name: null } as const;
  await step(db, 1000, [{ subject, is_bad: true, at: 1000, severity: 'critical' }]);
  // What a provider says may look like our own words.
  const message = 'broken: {"target_id":2,"subject":{"kind":"latency",}}';
  await step(db, 2000, [{ ...channelFails(9, 2000), why: { kind: 'auth', message } }]);
  await step(db, 2002, [{ ...channelFails(9, 2002), why: { kind: 'auth', message } }]);

  const found = async (by: Partial<Parameters<typeof listIncidents>[1]>) =>
    idsOf(await listIncidents(db, { limit: 9, ...by }));
  expect(await found({})).toEqual([3, 2, 1]);
  expect(await found({ is_open: true })).toEqual([3, 2]);
  expect(await found({ severity: 'critical' })).toEqual([2]);
  expect(await found({ target_id: 9 })).toEqual([3]);
  expect(await found({ target_id: 1, is_open: false })).toEqual([1]);
  expect(await found({ target_id: 2 })).toEqual([]);
  expect(idsOf(await listIncidentsSince(db, { from: 500, limit: 9 }))).toEqual([1, 2, 3]);
  expect(idsOf(await listIncidentsSince(db, { from: 501, limit: 9 }))).toEqual([2, 3]);
  expect(idsOf(await listIncidentsSince(db, { from: 0, limit: 2 }))).toEqual([2, 3]);
  expect(await countOpenIncidents(db, null)).toBe(2);
  expect(await countOpenIncidents(db, ['channel_down'])).toBe(1);
  expect(await countOpenIncidents(db, ['latency'])).toBe(0);
});
