import type { BalanceReading } from '@api-monitor/core';
import { amountAt } from './balance-answer.ts';
import type { BalanceEndpoint } from './balance-endpoint.ts';

/** The account's credits in dollars. Source: https://openrouter.ai/docs/api-reference/get-credits */
export const openRouter: BalanceEndpoint = {
  source: 'openrouter',
  requests: [{ path: () => '/api/v1/credits', isAtRoot: true }],
  read([credits]): BalanceReading | null {
    const granted = amountAt(credits, 'data', 'total_credits');
    const used = amountAt(credits, 'data', 'total_usage');
    if (granted === null || used === null) return null;
    const unit = { unit: 'USD', per_usd: 1 } as const;
    return {
      source: 'openrouter',
      amount: granted - used,
      ...unit,
      granted,
      used,
      expires_at: null,
    };
  },
};
