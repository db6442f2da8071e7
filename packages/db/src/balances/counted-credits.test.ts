import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, listCountedCredits, recordProxyRequests } from '../index.ts';

const dayS = 86_400;
const nowS = 1_800_000_000;
const today = nowS - (nowS % dayS);

test('requests and probes are counted by the hour, in credit, before what it costs', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput({ unit_cost: 0.5 }), 1);
  await createTarget(db, targetInput({ name: 'other' }), 1);
  const at = (timestamp: number, cost: number | null, target_id = id) =>
    proxyRequest({ request_id: `${timestamp}${cost}`, timestamp, cost, target_id });
  await recordProxyRequests(db, [
    ...[at(today + 10, 0.2), at(today + 20, 0.3), at(today + 30, null), at(today - 9000, 1)],
    at(today + 40, 5, 2),
  ]);
  await runOnce(db, id, today + 50, [probe({ timestamp: today + 50, cost: 0.05 })]);
  const old = today - 3 * dayS + 7;
  await runOnce(db, id, old, [probe({ timestamp: old, cost: 0.1 })]);
  const target = { id, unit_cost: 0.5 };
  expect(await listCountedCredits(db, { target, from: 0.5, nowS })).toEqual([
    { hour: today - 3 * dayS + dayS / 2, credits: 0.2, unpriced: 0 },
    { hour: today - 10_800, credits: 2, unpriced: 0 },
    { hour: today, credits: expect.closeTo(1.1), unpriced: 1 },
  ]);
  const free = { id, unit_cost: 0 };
  const uncounted = await listCountedCredits(db, { target: free, from: today, nowS });
  expect(uncounted).toMatchObject([{ hour: today, credits: 0 }]);
  expect(uncounted[0]?.unpriced).toBeGreaterThan(0);
});
