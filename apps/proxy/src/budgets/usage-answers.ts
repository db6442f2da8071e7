import type { BoardKey } from '../board/board.ts';
import type { MeterReading } from './budget-account.ts';

/**
 * What a key's holder may ask about its budgets: all of them, or one of money in the words of OpenAI's old billing
 * API, which clients and other gateways ask for a balance.
 */
export const usageViews = ['usage', 'subscription', 'spent'] as const;
export type UsageView = (typeof usageViews)[number];

interface Asked {
  key: Pick<BoardKey, 'name' | 'expires_at'>;
  readings: readonly MeterReading[];
  /** What money is called. */
  currency: string;
  timeZone: string;
}

/** What new-api answers for a key without a limit, in dollars; pollers know it. */
const unlimitedUsd = 100_000_000;
/** What sub2api answers for it. */
const unlimitedLeft = -1;

export function usageAnswer(view: UsageView, asked: Asked): object {
  const tightest = tightestOf(asked.readings);
  switch (view) {
    case 'usage':
      return allBudgets(asked, tightest);
    case 'subscription': {
      const limit = tightest?.limit ?? unlimitedUsd;
      return {
        object: 'billing_subscription',
        has_payment_method: true,
        ...{ soft_limit_usd: limit, hard_limit_usd: limit, system_hard_limit_usd: limit },
        access_until: asked.key.expires_at === null ? 0 : Math.floor(asked.key.expires_at),
      };
    }
    case 'spent':
      return { object: 'list', total_usage: rounded((tightest?.used ?? 0) * 100) };
  }
}

/** With the fields of sub2api's `/v1/usage`, so that whatever reads a balance there reads it here. */
function allBudgets({ key, readings, currency, timeZone }: Asked, tightest: MeterReading | null) {
  return {
    object: 'key_usage',
    name: key.name,
    ...{ isValid: true, status: 'active' },
    mode: tightest ? 'quota_limited' : 'unrestricted',
    remaining: tightest ? leftOf(tightest) : unlimitedLeft,
    unit: currency,
    expires_at: key.expires_at === null ? null : isoOf(key.expires_at),
    time_zone: timeZone,
    budgets: readings.map((reading) => ({
      unit: reading.unit === 'cost' ? currency : reading.unit,
      period: reading.period,
      limit: reading.limit,
      used: rounded(reading.used),
      remaining: leftOf(reading),
      started_at: reading.period === 'total' ? null : isoOf(reading.startsAtS),
      resets_at: reading.resetsAtS === null ? null : isoOf(reading.resetsAtS),
    })),
  };
}

/** Of the budgets of money, the one with the least left. */
function tightestOf(readings: readonly MeterReading[]): MeterReading | null {
  const [least] = readings
    .filter(({ unit }) => unit === 'cost')
    .sort((a, b) => leftOf(a) - leftOf(b));
  return least ?? null;
}

function leftOf({ limit, used }: MeterReading): number {
  return Math.max(0, rounded(limit - used));
}

/** To a millionth; sums of fractions have tails. */
function rounded(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

function isoOf(timeS: number): string {
  return new Date(timeS * 1000).toISOString();
}
