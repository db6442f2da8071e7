import type { BalanceReading } from '@api-monitor/core';
import { stringAt, valueAt } from '../reading/json-value.ts';
import { amountAt } from './balance-answer.ts';

type Unit = Pick<BalanceReading, 'unit' | 'per_usd'>;

/** The unit that a provider names itself. What its yuan are worth in dollars isn't said. */
export function unitNamed(name: string): Unit {
  const upper = name.trim().toUpperCase();
  if (upper === 'USD' || upper === '$') return { unit: 'USD', per_usd: 1 };
  if (['CNY', 'RMB', '¥', '￥'].includes(upper)) return { unit: 'CNY', per_usd: null };
  if (upper === 'TOKENS' || upper === 'TOKEN') return { unit: 'tokens', per_usd: null };
  return { unit: 'other', per_usd: null };
}

/** What no site's rate is above or below; by others an amount would be no number that can be told. */
const [leastRate, mostRate] = [1e-6, 1e12];

function rateAt(status: unknown, name: string): number | null {
  const rate = amountAt(status, 'data', name);
  return rate !== null && rate >= leastRate && rate <= mostRate ? rate : null;
}

/** How many of new-api's raw units are a dollar of credit, by `/api/status`; null: it doesn't say. */
export function quotaPerUsd(status: unknown): number | null {
  return rateAt(status, 'quota_per_unit');
}

/**
 * The unit in which new-api and its relatives show money, by `/api/status`; older ones have dollars, or
 * tokens if `display_in_currency` is false.
 */
export function displayUnit(status: unknown): Unit {
  switch (stringAt(status, 'data', 'quota_display_type').toUpperCase()) {
    case 'CNY':
      return { unit: 'CNY', per_usd: rateAt(status, 'usd_exchange_rate') };
    case 'TOKENS':
      return { unit: 'tokens', per_usd: quotaPerUsd(status) };
    case 'CUSTOM':
      return { unit: 'other', per_usd: rateAt(status, 'custom_currency_exchange_rate') };
    case 'USD':
      return { unit: 'USD', per_usd: 1 };
  }
  const isInTokens = valueAt(status, 'data', 'display_in_currency') === false;
  return isInTokens
    ? { unit: 'tokens', per_usd: quotaPerUsd(status) }
    : { unit: 'USD', per_usd: 1 };
}
