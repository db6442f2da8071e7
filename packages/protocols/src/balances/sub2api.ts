import type { BalanceReading, ReadMultiplier } from '@api-monitor/core';
import { isObject, stringAt, valueAt } from '../reading/json-value.ts';
import { amountAt, timeAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { unitNamed } from './unit.ts';

/**
 * sub2api, `GET /v1/usage` with a key: `remaining` of the key, its subscription or the wallet, −1 without a
 * limit. Source: https://github.com/Wei-Shaw/sub2api, the handler of `/v1/usage`.
 */
export const sub2api: BalanceEndpoint = {
  source: 'sub2api',
  requests: [{ path: () => '/v1/usage', isAtRoot: false }],
  read([usage]): BalanceReading | null {
    const isOwn = isObject(usage) && ('mode' in usage || 'isValid' in usage || 'unit' in usage);
    const remaining = amountAt(usage, 'remaining') ?? amountAt(usage, 'quota', 'remaining');
    if (!isOwn || remaining === null) return null;
    const { unit, per_usd } = unitNamed(stringAt(usage, 'unit') || 'USD');
    const limit = amountAt(usage, 'quota', 'limit');
    return {
      source: 'sub2api',
      amount: remaining === -1 ? null : remaining,
      ...{ unit, per_usd },
      granted: limit === -1 ? null : limit,
      used: amountAt(usage, 'quota', 'used') ?? amountAt(usage, 'usage', 'total', 'cost'),
      expires_at: timeAt(usage, 'expires_at') ?? timeAt(usage, 'subscription', 'expires_at'),
    };
  },
};

export const sub2apiBillingPath = '/v1/sub2api/billing';

/** sub2api, `GET /v1/sub2api/billing`: what the key is charged relative to list price, at this time. */
export function readSub2apiMultiplier(billing: unknown): ReadMultiplier[] {
  const value = amountAt(billing, 'effective_rate_multiplier');
  const isOwn = valueAt(billing, 'object') === 'sub2api.key_billing';
  return isOwn && value !== null && value >= 0 && value <= 1000 ? [{ group: null, value }] : [];
}
