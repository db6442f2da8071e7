import type { BudgetLimit } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { budgetError } from './budget-error.ts';

const nowS = Date.parse('2026-11-28T12:00:00Z') / 1000;
const context = { currency: 'EUR', nowS };
const money: BudgetLimit = { unit: 'cost', period: 'month', limit: 12.5 };

test.each([
  [
    { resetsAtS: nowS + 61 },
    402,
    undefined,
    '12.5 EUR a month is used up; it is free again at 2026-11-28T12:01:01Z',
  ],
  [{ resetsAtS: nowS + 60 }, 429, 60, 'it is free again at 2026-11-28T12:01:00Z'],
  [{ resetsAtS: nowS - 0.5 }, 429, 1, 'free again'],
  [{ resetsAtS: null }, 402, undefined, '12.5 EUR a month is used up'],
  [
    { resetsAtS: null, of: { ...money, unit: 'tokens', limit: 1 } },
    402,
    undefined,
    '1 token a month',
  ],
  [
    { resetsAtS: null, of: { ...money, unit: 'requests', period: 'total' } },
    402,
    undefined,
    '12.5 requests in all',
  ],
] as const)('%j is a %d', (refusal, status, retryAfterS, words) => {
  const error = budgetError({ fault: 'used_up', of: money, ...refusal }, context);
  expect(error).toMatchObject({ status, message: expect.stringContaining(words) });
  expect(error.retryAfterS).toBe(retryAfterS);
});

test('what running requests reserve may be free soon', () => {
  expect(budgetError({ fault: 'under_way', of: money }, context)).toMatchObject({
    ...{ status: 429, retryAfterS: 5 },
    message: expect.stringContaining('12.5 EUR a month is reserved by running requests'),
  });
});
