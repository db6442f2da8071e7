import type { BalanceReading } from '@api-monitor/core';
import { arrayAt, stringAt } from '../reading/json-value.ts';
import { amountAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { unitNamed } from './unit.ts';

/**
 * The account's balance, as text, in each currency that it has; the fullest one counts.
 * Source: https://api-docs.deepseek.com/api/get-user-balance
 */
export const deepSeek: BalanceEndpoint = {
  source: 'deepseek',
  requests: [{ path: () => '/user/balance', isAtRoot: true }],
  read([balance]): BalanceReading | null {
    const purses = arrayAt(balance, 'balance_infos').flatMap((info) => {
      const amount = amountAt(info, 'total_balance');
      return amount === null ? [] : [{ amount, ...unitNamed(stringAt(info, 'currency')) }];
    });
    const [fullest] = purses.sort((a, b) => b.amount - a.amount);
    if (!fullest) return null;
    return { source: 'deepseek', ...fullest, granted: null, used: null, expires_at: null };
  },
};
