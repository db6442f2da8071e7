import type { BalanceReading } from '@api-monitor/core';
import { amountAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';
import { unitNamed } from './unit.ts';

/**
 * The account's balance, as text: yuan in China, dollars elsewhere.
 * Source: https://docs.siliconflow.cn/en/api-reference/userinfo/get-user-info
 */
export const siliconFlow: BalanceEndpoint = {
  source: 'siliconflow',
  requests: [{ path: () => '/v1/user/info', isAtRoot: true }],
  read([info], host): BalanceReading | null {
    const amount = amountAt(info, 'data', 'totalBalance');
    if (amount === null) return null;
    const unit = unitNamed(host.endsWith('.com') ? 'USD' : 'CNY');
    return { source: 'siliconflow', amount, ...unit, granted: null, used: null, expires_at: null };
  },
};
