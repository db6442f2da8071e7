import type { BalanceSource, Exchange, ReadMultiplier } from '@api-monitor/core';
import { readBalanceAnswer } from './balance-answer.ts';
import { getRequest } from './balance-search.ts';
import { newApiPricingPath, readGroupRatios } from './new-api.ts';
import { readSub2apiMultiplier, sub2apiBillingPath } from './sub2api.ts';

/** How to ask what a relay charges relative to list price; null: a provider of this kind doesn't say. */
export function multiplierRequest(source: BalanceSource) {
  switch (source) {
    case 'sub2api':
      return { request: getRequest(sub2apiBillingPath), isAtRoot: false };
    case 'new_api':
    case 'billing':
      return { request: getRequest(newApiPricingPath), isAtRoot: true };
    default:
      return null;
  }
}

/** What a relay says that it charges; null if it doesn't say so now. */
export function readMultipliers(
  source: BalanceSource,
  exchange: Exchange,
): ReadMultiplier[] | null {
  const answer = readBalanceAnswer(exchange);
  if (!answer.ok) return answer.fault === 'absent' ? [] : null;
  return source === 'sub2api' ? readSub2apiMultiplier(answer.json) : readGroupRatios(answer.json);
}
