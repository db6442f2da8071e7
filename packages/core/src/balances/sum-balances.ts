import type { BalanceSource, BalanceUnit } from './balance.ts';

// Browsers import this file, so it must not import zod at run time.

/** What a channel has left, all keys together. */
export interface ChannelSum {
  /** null: without a limit. */
  amount: number | null;
  unit: BalanceUnit;
  /** When the newest part of it was told, in Unix seconds. */
  at: number;
  source: BalanceSource;
  days_left: number | null;
  fell_last_day: number | null;
  fell_usual_day: number | null;
  expires_at: number | null;
}

interface KeyPart {
  amount: number | null;
  unit: BalanceUnit;
  at: number;
  source: BalanceSource;
  spent_per_day: number | null;
  days_left: number | null;
  fell_last_day: number | null;
  fell_usual_day: number | null;
  expires_at: number | null;
}

/** Keys of one account are asked one after the other, and it is used meanwhile. */
const sameShare = 0.01;
const sameAmount = 0.05;

/**
 * What several keys have left together; null if nothing is known. Only new-api keeps a balance for each key:
 * elsewhere keys that have nearly the same belong to one account, which counts once. Amounts in another unit
 * than the newest one are left out.
 */
export function sumBalances(keys: readonly KeyPart[]): ChannelSum | null {
  const newest = keys.toSorted((a, b) => b.at - a.at)[0];
  if (!newest) return null;
  const { unit, source, at } = newest;
  const alike = keys.filter((one) => one.unit === unit && one.source === source);
  const parts = source === 'new_api' ? alike : accountsOf(alike);
  const ends = parts.flatMap(({ expires_at }) => expires_at ?? []);
  const expires_at = ends.length > 0 ? Math.min(...ends) : null;
  const falls = {
    fell_last_day: sumOf(parts, 'fell_last_day'),
    fell_usual_day: sumOf(parts, 'fell_usual_day'),
  };
  const about = { unit, at, source, expires_at, ...falls };
  const amounts = parts.flatMap(({ amount }) => amount ?? []);
  // A key without a limit is enough to go on.
  if (amounts.length < parts.length) return { amount: null, days_left: null, ...about };
  const amount = amounts.reduce((sum, one) => sum + one, 0);
  const [only] = parts;
  if (parts.length === 1 && only) return { amount, days_left: only.days_left, ...about };
  const perDay = parts.reduce((sum, one) => sum + Math.max(0, one.spent_per_day ?? 0), 0);
  if (amount <= 0) return { amount, days_left: 0, ...about };
  return { amount, days_left: perDay > 0 ? amount / perDay : null, ...about };
}

/** null if one of them isn't known. */
function sumOf(parts: readonly KeyPart[], name: 'fell_last_day' | 'fell_usual_day'): number | null {
  return parts.reduce<number | null>((sum, { [name]: fall }) => {
    return sum === null || fall === null ? null : sum + fall;
  }, 0);
}

function accountsOf(keys: readonly KeyPart[]): KeyPart[] {
  const accounts: KeyPart[] = [];
  for (const key of keys) {
    if (!accounts.some((account) => isSameAmount(account.amount, key.amount))) accounts.push(key);
  }
  return accounts;
}

function isSameAmount(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= Math.max(sameAmount, sameShare * Math.max(Math.abs(a), Math.abs(b)));
}
