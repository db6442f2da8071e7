import type { BudgetLimit, BudgetPeriod, BudgetUnit } from '@api-monitor/core';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { BudgetRefusal } from './budget-account.ts';

/** OpenAI's and Anthropic's SDKs obey a `retry-after` of up to a minute: https://github.com/openai/openai-node */
const longestRetryS = 60;
/** By then, some of the running requests may have ended. */
const underWayRetryS = 5;

/**
 * The answer to a request that its key's budget doesn't allow. What passes within a minute is a 429 with
 * `retry-after`, because SDKs wait and try that again. Everything else is a 402, which no SDK tries again by
 * itself: many retry each 429 whatever its headers say, or wait as many hours as they are told.
 */
export function budgetError(
  refusal: BudgetRefusal,
  { currency, nowS }: { currency: string; nowS: number },
): GatewayError {
  const limit = limitText(refusal.of, currency);
  if (refusal.fault === 'under_way') {
    const message = `what is left of this key's limit of ${limit} is reserved by running requests; try again in ${underWayRetryS} s`;
    return {
      status: 429,
      code: 'rate_limit_exceeded',
      message,
      retryAfterS: underWayRetryS,
    };
  }
  const { resetsAtS } = refusal;
  const until = resetsAtS === null ? '' : `; it is free again at ${timeText(resetsAtS)}`;
  const message = `this key's limit of ${limit} is used up${until}`;
  const waitS = resetsAtS === null ? Number.POSITIVE_INFINITY : Math.ceil(resetsAtS - nowS);
  if (waitS > longestRetryS) return { status: 402, code: 'insufficient_quota', message };
  return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS: Math.max(1, waitS) };
}

const periodTexts: Record<BudgetPeriod, string> = {
  day: 'a day',
  month: 'a month',
  total: 'in all',
};

function limitText({ unit, period, limit }: BudgetLimit, currency: string): string {
  return `${limit} ${unit === 'cost' ? currency : nounOf(unit, limit)} ${periodTexts[period]}`;
}

function nounOf(unit: Exclude<BudgetUnit, 'cost'>, limit: number): string {
  return limit === 1 ? unit.slice(0, -1) : unit;
}

function timeText(timeS: number): string {
  return new Date(timeS * 1000).toISOString().replace('.000Z', 'Z');
}
