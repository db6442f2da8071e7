import {
  type BudgetUse,
  costOf,
  isBudgeted,
  isFree,
  noUsage,
  noUse,
  type ProxyRequest,
  priceAt,
} from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { Arrival } from '../records/arrival.ts';
import type { RequestSize } from '../records/tokens-to-count.ts';
import type { Outline } from '../request/conversation/outline.ts';
import type { Endpoint } from '../request/match-route.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import type { BudgetRefusal } from './budget-account.ts';
import { budgetError } from './budget-error.ts';
import type { BudgetAdmission } from './key-budgets.ts';

interface Asking {
  given: { key: BoardKey; endpoint: Endpoint; arrival: Arrival };
  choices: readonly Choice[];
  size: RequestSize;
}

/**
 * Reserves what a request may use at the dearest of its choices, or refuses it. If the money is used up, those
 * are left that cost nothing.
 */
export function takeBudget(
  { keyBudgets, nowS }: Pick<GatewayDeps, 'keyBudgets' | 'nowS'>,
  { given: { key, endpoint, arrival }, choices, size }: Asking,
): BudgetAdmission & { choices: readonly Choice[] } {
  if (!key.budget || !isBudgeted(endpoint.route)) return { ok: true, settle: () => {}, choices };
  const costAt = (choice: Choice) => reservedCost(choice, size, nowS());
  const isFreeAt = ({ entry: { price } }: Choice) => price?.prices.every(isFree) ?? false;
  const take = (among: readonly Choice[]) => ({
    ...keyBudgets.take(key, arrival.timestamp, () => {
      const cost = highest(among.map(costAt));
      return { tokens: size.total(), cost, isFree: () => among.every(isFreeAt) };
    }),
    choices: among,
  });
  const taken = take(choices);
  if (taken.ok || taken.refusal.of.unit !== 'cost' || taken.refusal.fault !== 'used_up')
    return taken;
  const free = choices.filter(isFreeAt);
  return free.length === 0 ? taken : take(free);
}

/**
 * Whether the budget of a key can't be kept, because a response in the background is made after its request
 * has ended, and may be fetched from elsewhere.
 */
export function escapesBudget(
  { key: { budget }, endpoint }: Pick<Asking['given'], 'key' | 'endpoint'>,
  { isBackground }: Pick<Outline, 'isBackground'>,
): boolean {
  if (!isBackground || endpoint.route !== 'responses') return false;
  return budget?.limits.some(({ unit }) => unit !== 'requests') ?? false;
}

export const backgroundNotBudgeted: GatewayError = {
  ...{ status: 403, code: 'not_budgeted', param: 'background' },
  message:
    'this key has budgets, and what a response in the background uses counts in none: send it without "background"',
};

/** null: the price is unknown. */
function reservedCost({ entry }: Choice, size: RequestSize, nowS: number): number | null {
  const price = entry.price && priceAt(entry.price.prices, nowS);
  if (!price) return null;
  const usage = { ...noUsage, inputTokens: size.input(), outputTokens: size.output() };
  return costOf(usage, price);
}

function highest(costs: readonly (number | null)[]): number | null {
  const known = costs.flatMap((cost) => cost ?? []);
  return known.length === 0 ? null : Math.max(...known);
}

/** Counts a request that its key's budget refuses; returns the answer to it. */
export function refusedByBudget(
  { metrics, nowS, board }: Pick<GatewayDeps, 'metrics' | 'nowS' | 'board'>,
  refusal: BudgetRefusal,
): GatewayError {
  metrics.requestRefused('budget');
  return budgetError(refusal, { currency: board.settings().currency, nowS: nowS() });
}

type EndedRequest = Pick<ProxyRequest, 'target_id' | 'input_tokens' | 'output_tokens' | 'cost'>;

/** What an ended request has used: nothing if no channel was asked. The database sums the same. */
export function useOfRecord(record: EndedRequest): BudgetUse {
  const { target_id, input_tokens, output_tokens, cost } = record;
  if (target_id === null) return noUse;
  return { requests: 1, tokens: (input_tokens ?? 0) + (output_tokens ?? 0), cost: cost ?? 0 };
}
