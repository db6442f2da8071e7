import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, readWrongAnswers } from '../index.ts';

const day = 86_400;
const startS = 20_000 * day;

test('wrong answers are counted beside all readable ones of the day, and those of the week before', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  const answers = (at: number, ...wrong: boolean[]) =>
    runOnce(db, 1, at, [
      ...wrong.map((is_wrong_answer, index) => probe({ timestamp: at + index, is_wrong_answer })),
      probe({ model: 'o3', timestamp: at }),
    ]);
  await answers(startS, true, false, false, false);
  await answers(startS + 2 * day, true, true, false);
  const nowS = startS + 2 * day + 3600;
  const found = await readWrongAnswers(db, { from: nowS - day, before: nowS - 8 * day });
  const of = { target_id: 1, model: 'gpt-4o' };
  const [recent, baseline] = [
    { ...of, all: 3, bad: 2 },
    { ...of, all: 4, bad: 1 },
  ];
  expect(found).toEqual([{ recent, baseline }]);
  expect(await readWrongAnswers(db, { from: nowS + day, before: startS })).toEqual([]);
});
