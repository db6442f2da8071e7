import type { BalanceReading, ReadMultiplier } from '@api-monitor/core';
import { isObject, valueAt } from '../reading/json-value.ts';
import { amountAt, timeAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { quotaPerUsd } from './unit.ts';

export const statusRequest = { path: () => '/api/status', isAtRoot: true };

/**
 * new-api, `GET /api/usage/token/`: what is left of the key's own limit, in raw units. Its `credit_summary`
 * isn't read: that names what is left as granted, and nothing as used.
 * Source: https://github.com/QuantumNous/new-api, GetTokenUsage in controller/token.go.
 */
export const newApi: BalanceEndpoint = {
  source: 'new_api',
  requests: [{ path: () => '/api/usage/token/', isAtRoot: true }, statusRequest],
  read([usage, status]): BalanceReading | null {
    const data = valueAt(usage, 'data');
    const isUnlimited = valueAt(data, 'unlimited_quota') === true;
    const available = amountAt(data, 'total_available');
    const isOwn = isObject(data) && (data.object === 'token_usage' || 'unlimited_quota' in data);
    if (!isOwn || (available === null && !isUnlimited)) return null;
    const perUsd = quotaPerUsd(status);
    const inUnit = (quota: number | null) => quota && quota / (perUsd ?? 1);
    return {
      source: 'new_api',
      amount: isUnlimited ? null : inUnit(available),
      ...(perUsd === null ? { unit: 'quota', per_usd: null } : { unit: 'USD', per_usd: 1 }),
      granted: isUnlimited ? null : inUnit(amountAt(data, 'total_granted')),
      used: inUnit(amountAt(data, 'total_used')),
      expires_at: timeAt(data, 'expires_at'),
    };
  },
};

export const newApiPricingPath = '/api/pricing';
const mostGroups = 50;

/**
 * new-api, `GET /api/pricing`: what each group of customers is charged relative to list price. It doesn't
 * say which of them a key is in.
 */
export function readGroupRatios(pricing: unknown): ReadMultiplier[] {
  const ratios = valueAt(pricing, 'group_ratio');
  const usable = valueAt(pricing, 'usable_group');
  if (!isObject(ratios)) return [];
  const names = Object.keys(ratios).filter((name) => !isObject(usable) || name in usable);
  return names.slice(0, mostGroups).flatMap((group) => {
    const value = amountAt(ratios, group);
    const isRatio = value !== null && value >= 0 && value <= 1000;
    return isRatio ? [{ group: group.slice(0, 64), value }] : [];
  });
}
