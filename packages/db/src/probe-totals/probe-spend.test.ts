import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget } from '../index.ts';
import { probePeriodFor, readProbeSpend } from './probe-spend.ts';

const hourS = 3600;
const dayS = 24 * hourS;
const nowS = 100 * dayS;

test.each([
  [nowS - dayS, hourS],
  [nowS - 2 * dayS, 6 * hourS],
  [nowS - 8 * dayS, 6 * hourS],
  [nowS - 9 * dayS, dayS],
  [nowS - 90 * dayS, dayS],
])('from %s on, the shortest periods that are kept have %s s', (from, lengthS) => {
  expect(probePeriodFor({ from, nowS })).toBe(lengthS);
});

test('what probes cost is read from the sums of one length', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  const probes = [1, 2].map((hour) =>
    probe({ timestamp: nowS - hour * hourS, model: `m${hour}`, input_tokens: 8 }),
  );
  await runOnce(db, 1, nowS - 5, probes);
  await sql`update probe_totals set cost = 0.5, unpriced = 2`.execute(db.kysely);
  const range = { from: nowS - hourS - 0.5, to: nowS - 0.5, period_s: hourS };
  expect(await readProbeSpend(db, range)).toEqual([
    {
      ...{ target_id: 1, model: 'm1', starts_at: nowS - hourS },
      ...{ requests: 1, tokens: 20, cost: 0.5, unpriced: 2 },
    },
  ]);
  const day = { from: nowS - dayS, to: nowS, period_s: dayS };
  expect((await readProbeSpend(db, day)).map(({ model }) => model).sort()).toEqual(['m1', 'm2']);
});
