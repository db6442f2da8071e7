import { createHash, randomInt } from 'node:crypto';
import { AppError } from '@api-monitor/core';
import { type Database, getSecondFactor, spendRecoveryCode, takeCodeStep } from '@api-monitor/db';
import { Secret, TOTP } from 'otpauth';
import type { ApiDeps } from '../api-deps.ts';

const issuer = 'API Monitor';
const periodS = 30;
/** A code of the step before or after is valid too, because clocks differ. */
const acceptedSteps = 1;

const recoveryCodeCount = 10;
const recoveryCodeLength = 16;
/** Without the characters that are mistaken for one another: 31 of them, so 79 bits a code. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Codes must not be guessed by someone who knows the password, so all addresses count together. */
const everyone = 'everyone';

/** A new secret of 160 bits in base32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address that an authenticator app takes, as a QR code or a link. */
export function totpUri(secret: string): string {
  return totpOf(secret).toString();
}

/** Ten codes, each good for one login without the authenticator. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const letters = Array.from(
      { length: recoveryCodeLength },
      () => alphabet[randomInt(alphabet.length)],
    );
    return letters.join('').replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** The form that is stored: SHA-256 in hex of the code without dashes, spaces and case. */
export function hashRecoveryCode(code: string): string {
  const text = code.toLowerCase().replaceAll(/[\s-]/g, '');
  return createHash('sha256').update(text).digest('hex');
}

/** Throws AppError `unauthorized` if `take` says that the code is wrong, `rate_limited` after too many. */
export async function spendCode(
  { badCodes }: Pick<ApiDeps, 'badCodes'>,
  take: () => Promise<boolean>,
): Promise<void> {
  await badCodes.assertAllowed(everyone);
  if (await take()) return;
  await badCodes.recordFailure(everyone);
  throw new AppError('unauthorized', 'the code is wrong or was already used', {
    reason: 'wrong_code',
    fields: { code: { code: 'incorrect' } },
  });
}

/**
 * Whether a code from the authenticator, or a recovery code, is right; it is used up then. False for any
 * code if there is no second factor.
 */
export async function takeCode(db: Database, code: string, nowS: number): Promise<boolean> {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return spendRecoveryCode(db, hashRecoveryCode(code), nowS);
  return takeTotpCode(db, digits, nowS);
}

/** As `takeCode`, but for the authenticator alone, even if its second factor isn't confirmed yet. */
export async function takeTotpCode(db: Database, code: string, nowS: number): Promise<boolean> {
  const factor = await getSecondFactor(db);
  const step = factor && stepOfCode(factor.secret, code, nowS);
  return step !== null && takeCodeStep(db, step);
}

/** The step (30 s since the epoch) that a code belongs to; null if it isn't valid now. RFC 6238. */
function stepOfCode(secret: string, code: string, nowS: number): number | null {
  const delta = totpOf(secret).validate({
    token: code,
    timestamp: nowS * 1000,
    window: acceptedSteps,
  });
  return delta === null ? null : Math.floor(nowS / periodS) + delta;
}

function totpOf(secret: string): TOTP {
  const parts = { algorithm: 'SHA1', digits: 6, period: periodS } as const;
  return new TOTP({ issuer, label: 'admin', secret: Secret.fromBase32(secret), ...parts });
}
