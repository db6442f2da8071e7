import type { BalanceReading } from '@api-monitor/core';
import { valueAt } from '../reading/json-value.ts';
import { amountAt, timeAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { statusRequest } from './new-api.ts';
import { displayUnit } from './unit.ts';

/** What one-api and new-api say of a key without a limit. */
const noLimit = 100_000_000;
const dayS = 86_400;
/** OpenAI's own endpoint refused longer ranges; relays ignore the range. */
const rangeS = 99 * dayS;

/**
 * OpenAI's former billing endpoints, which one-api, new-api and many others still have: the limit in the
 * unit that the site shows, and what was used in hundredths of it.
 * Source: https://github.com/QuantumNous/new-api, controller/billing.go.
 */
export const billing: BalanceEndpoint = {
  source: 'billing',
  requests: [
    { path: () => '/v1/dashboard/billing/subscription', isAtRoot: false },
    {
      path: (nowS) => {
        const range = `start_date=${dateOf(nowS - rangeS)}&end_date=${dateOf(nowS + dayS)}`;
        return `/v1/dashboard/billing/usage?${range}`;
      },
      isAtRoot: false,
    },
    statusRequest,
  ],
  read([subscription, usage, status]): BalanceReading | null {
    const limit = amountAt(subscription, 'hard_limit_usd');
    if (limit === null || valueAt(subscription, 'object') === 'error') return null;
    const total = amountAt(usage, 'total_usage');
    const used = total === null ? null : total / 100;
    const isUnlimited = limit >= noLimit;
    return {
      source: 'billing',
      amount: isUnlimited ? null : limit - (used ?? 0),
      ...displayUnit(status),
      granted: isUnlimited ? null : limit,
      used,
      expires_at: timeAt(subscription, 'access_until'),
    };
  },
};

/** The only common locale that writes dates as ISO 8601 does. */
const isoDate = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC' });

function dateOf(timeS: number): string {
  return isoDate.format(timeS * 1000);
}
