import { AppError } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../../test/samples.ts';
import { tempDatabase } from '../../../test/temp-database.ts';
import { setSettings } from '../../admin/settings.ts';
import { createTarget, findTargetByName } from '../../targets/targets.ts';
import { isPassingFault } from '../storage-fault.ts';

test('a full disk is a passing fault, a bug is not', async () => {
  const db = await tempDatabase();
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db.kysely);
  const limit = (pages: number) =>
    sql`pragma max_page_count = ${sql.lit(pages)}`.execute(db.kysely);
  await limit(rows[0]?.page_count ?? 1);
  const long = targetInput({ name: 'full', prompt: 'x'.repeat(4_000) });
  const fill = async () => {
    for (let n = 0; n < 20; n += 1) await createTarget(db, { ...long, name: `full ${n}` }, 1);
  };
  const full = await fill().catch((error: unknown) => error);
  expect(isPassingFault(full)).toBe(true);
  const settings = { long: 'x'.repeat(100_000) };
  const inTransaction = await setSettings(db, settings, 1).catch((error: unknown) => error);
  expect(inTransaction).toMatchObject({ code: 'SQLITE_FULL' });
  await limit(1_000_000);
  await createTarget(db, long, 1);
  expect(await findTargetByName(db, 'full')).not.toBeNull();
  const twice = await createTarget(db, long, 1).catch((error: unknown) => error);
  expect(isPassingFault(twice)).toBe(false);
});

test('a database that cannot be reached is a passing fault', () => {
  expect(isPassingFault(new AppError('unavailable', 'away'))).toBe(true);
  expect(isPassingFault(new AppError('conflict', 'there already'))).toBe(false);
  expect(isPassingFault('text')).toBe(false);
});
