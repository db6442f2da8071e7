import { type BudgetUse, isBudgeted, noUse, type ProxyRequest } from '@api-monitor/core';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { ForwardRequest } from '../handle-forward.ts';
import type { RequestSize } from '../records/tokens-to-count.ts';
import type { BudgetRefusal } from './budget-account.ts';
import { budgetError } from './budget-error.ts';
import type { BudgetAdmission } from './key-budgets.ts';

/** Reserves what a request may use at the dearest of its choices, or refuses it. */
export function takeBudget(
  { keyBudgets }: Pick<GatewayDeps, 'keyBudgets'>,
  { key, endpoint, arrival }: Pick<ForwardRequest, 'key' | 'endpoint' | 'arrival'>,
  size: RequestSize,
): BudgetAdmission {
  if (!isBudgeted(endpoint.route)) return { ok: true, settle: () => {} };
  return keyBudgets.take(key, arrival.timestamp, () => ({
    tokens: size.total(),
    cost: null,
  }));
}

/** Counts a request that its key's budget refuses; returns the answer to it. */
export function refusedByBudget(
  { metrics, nowS, board }: Pick<GatewayDeps, 'metrics' | 'nowS' | 'board'>,
  refusal: BudgetRefusal,
): GatewayError {
  metrics.requestRefused('budget');
  return budgetError(refusal, { currency: board.settings().currency, nowS: nowS() });
}

/** What an ended request has used: nothing if no channel was asked. */
export function useOfRecord({
  target_id,
  counted_tokens,
}: Pick<ProxyRequest, 'target_id' | 'counted_tokens'>): BudgetUse {
  if (target_id === null) return noUse;
  return { requests: 1, tokens: counted_tokens ?? 0, cost: 0 };
}
