// Browsers import this file, so it must not import zod at run time.

/**
 * The endpoints that say what is left, in the order in which a channel is asked for them. Which of them
 * answers is remembered.
 */
export const balanceSources = [
  'sub2api',
  'new_api',
  'billing',
  'openrouter',
  'deepseek',
  'siliconflow',
  'moonshot',
] as const;
export type BalanceSource = (typeof balanceSources)[number];

/**
 * What amounts are counted in: a currency, tokens, or the raw units in which new-api keeps its books.
 */
export const balanceUnits = ['USD', 'CNY', 'tokens', 'quota', 'other'] as const;
export type BalanceUnit = (typeof balanceUnits)[number];

/** What an endpoint says of one key, or of the account that the key belongs to. */
export interface BalanceReading {
  source: BalanceSource;
  /** What is left, below 0 if more was spent; null: without a limit. */
  amount: number | null;
  unit: BalanceUnit;
  /** How many of the units the relay takes for one US dollar of credit; null: unknown. */
  per_usd: number | null;
  /** All that there ever was, and what was used of it; null: not said. */
  granted: number | null;
  used: number | null;
  /** When the key or the subscription ends, in Unix seconds; null: never, or not said. */
  expires_at: number | null;
}

/**
 * Why no balance is known.
 * - `absent`: none of the endpoints is there.
 * - `refused`: the key may not ask.
 * - `busy`, `unreachable`, `failed`: it may work later.
 */
export const balanceFaults = ['absent', 'refused', 'busy', 'unreachable', 'failed'] as const;
export type BalanceFault = (typeof balanceFaults)[number];

/** What a relay says that it charges, relative to list price. */
export interface ReadMultiplier {
  /** The relay's group of customers; null: it has said it of this key. */
  group: string | null;
  value: number;
}

/** A balance at a time, in Unix seconds. */
export interface BalancePoint extends Pick<BalanceReading, 'amount' | 'unit' | 'used' | 'source'> {
  at: number;
}
