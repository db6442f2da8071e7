import { type Database, inTransaction } from '../engine/database.ts';
import { lockName } from '../engine/locks.ts';
import { secondFactorPurpose } from '../secrets/secret-columns.ts';

/** The secret of one-time codes, in the clear. Times are Unix seconds. */
export interface SecondFactor {
  /** Base32. */
  secret: string;
  created_at: number;
  /** null: not in force until the first code has been entered. */
  confirmed_at: number | null;
}

/** The second factor, in force or waiting to be confirmed; null if there is none. */
export async function getSecondFactor(db: Database): Promise<SecondFactor | null> {
  const row = await db.kysely
    .selectFrom('second_factor')
    .select(['secret', 'created_at', 'confirmed_at'])
    .executeTakeFirst();
  return row ? { ...row, secret: db.secretBox.open(row.secret, secondFactorPurpose) } : null;
}

/** Stores a secret that waits to be confirmed, instead of an earlier unconfirmed one. False if one is in force. */
export async function enrolSecondFactor(
  db: Database,
  secret: string,
  nowS: number,
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'second_factor');
    if ((await getSecondFactor(tx))?.confirmed_at) return false;
    await tx.kysely.deleteFrom('second_factor').execute();
    const sealed = tx.secretBox.seal(secret, secondFactorPurpose);
    await tx.kysely
      .insertInto('second_factor')
      .values({ id: 1, secret: sealed, created_at: nowS, confirmed_at: null, last_step: 0 })
      .execute();
    return true;
  });
}

/** Puts the second factor in force. */
export async function confirmSecondFactor(db: Database, nowS: number): Promise<void> {
  await lockName(db.kysely, 'second_factor');
  await db.kysely.updateTable('second_factor').set({ confirmed_at: nowS }).execute();
}

/** Marks a code's step as used; false if it or a later one was used before, in any process. */
export async function takeCodeStep(db: Database, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db.kysely
    .updateTable('second_factor')
    .set({ last_step: step })
    .where('last_step', '<', step)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Removes the second factor with its recovery codes. */
export async function removeSecondFactor(db: Database): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'second_factor');
    await tx.kysely.deleteFrom('second_factor').execute();
    await tx.kysely.deleteFrom('recovery_codes').execute();
  });
}

/** Replaces all recovery codes; the new ones are given by their hashes. */
export async function replaceRecoveryCodes(
  db: Database,
  codeHashes: readonly string[],
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'second_factor');
    await tx.kysely.deleteFrom('recovery_codes').execute();
    const rows = codeHashes.map((code_hash) => ({ code_hash, used_at: null }));
    await tx.kysely.insertInto('recovery_codes').values(rows).execute();
  });
}

/** Uses a recovery code up; false if there is no such code or it was used before. */
export async function spendRecoveryCode(
  db: Database,
  codeHash: string,
  nowS: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db.kysely
    .updateTable('recovery_codes')
    .set({ used_at: nowS })
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function countRecoveryCodes(db: Database): Promise<number> {
  const rows = await db.kysely
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('used_at', 'is', null)
    .execute();
  return rows.length;
}
