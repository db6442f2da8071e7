import { type Database, getSecondFactor, spendRecoveryCode, takeCodeStep } from '@api-monitor/db';
import { stepOfCode } from './one-time-code.ts';
import { hashRecoveryCode } from './recovery-codes.ts';

/**
 * Whether a code of the authenticator, or a recovery code, is right; it is used up then. False for any
 * code where there is no second factor.
 */
export async function takeCode(db: Database, code: string, nowS: number): Promise<boolean> {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return spendRecoveryCode(db, hashRecoveryCode(code), nowS);
  return takeTotpCode(db, digits, nowS);
}

/** As `takeCode`, of the authenticator alone: one that is yet to be confirmed, too. */
export async function takeTotpCode(db: Database, code: string, nowS: number): Promise<boolean> {
  const factor = await getSecondFactor(db);
  const step = factor && stepOfCode(factor.secret, code, nowS);
  return step !== null && takeCodeStep(db, step);
}
