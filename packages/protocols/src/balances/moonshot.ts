import type { BalanceReading } from '@api-monitor/core';
import { amountAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { unitNamed } from './unit.ts';

/**
 * The account's balance: dollars at api.moonshot.ai, yuan at api.moonshot.cn.
 * Source: https://platform.moonshot.cn/docs/api/balance
 */
export const moonshot: BalanceEndpoint = {
  source: 'moonshot',
  requests: [{ path: () => '/v1/users/me/balance', isAtRoot: true }],
  read([balance], host): BalanceReading | null {
    const amount = amountAt(balance, 'data', 'available_balance');
    if (amount === null) return null;
    const unit = unitNamed(host.endsWith('.ai') ? 'USD' : 'CNY');
    return { source: 'moonshot', amount, ...unit, granted: null, used: null, expires_at: null };
  },
};
