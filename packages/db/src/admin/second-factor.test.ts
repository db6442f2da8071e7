import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  confirmSecondFactor,
  countRecoveryCodes,
  enrolSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  spendRecoveryCode,
  takeCodeStep,
} from '../index.ts';

test('a secret is sealed; it can be replaced until it is confirmed, but not later', async () => {
  const db = await tempDatabase();
  expect(await getSecondFactor(db)).toBeNull();
  expect(await enrolSecondFactor(db, 'FIRST', 1)).toBe(true);
  expect(await enrolSecondFactor(db, 'SECOND', 2)).toBe(true);
  expect(await getSecondFactor(db)).toEqual({
    secret: 'SECOND',
    created_at: 2,
    confirmed_at: null,
  });
  const stored = await db.kysely.selectFrom('second_factor').select('secret').execute();
  expect(JSON.stringify(stored)).not.toContain('SECOND');
  await confirmSecondFactor(db, 3);
  expect(await enrolSecondFactor(db, 'THIRD', 4)).toBe(false);
  expect(await getSecondFactor(db)).toMatchObject({ secret: 'SECOND', confirmed_at: 3 });
});

test('if many callers use the same step at once, one succeeds; an earlier step is refused', async () => {
  const db = await tempDatabase();
  expect(await takeCodeStep(db, 5)).toBe(false);
  await enrolSecondFactor(db, 'SECRET', 1);
  const taken = await Promise.all([1, 2, 3].map(() => takeCodeStep(db, 5)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await takeCodeStep(db, 4)).toBe(false);
  expect(await takeCodeStep(db, 6)).toBe(true);
});

test('a recovery code works once, and all are deleted with the second factor', async () => {
  const db = await tempDatabase();
  await replaceRecoveryCodes(db, ['a', 'b']);
  const spent = await Promise.all([1, 2, 3].map(() => spendRecoveryCode(db, 'a', 9)));
  expect(spent.filter(Boolean)).toHaveLength(1);
  expect(await countRecoveryCodes(db)).toBe(1);
  await replaceRecoveryCodes(db, ['c']);
  expect(await spendRecoveryCode(db, 'b', 9)).toBe(false);
  await removeSecondFactor(db);
  expect(await countRecoveryCodes(db)).toBe(0);
});
