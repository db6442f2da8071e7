import { type GatewayRoute, objectRoutes } from '../gateway/gateway-route.ts';
import { recordOf } from '../pick.ts';

// Browsers import this file, so it must not import zod.

/** What a key's budgets limit: money, requests to channels, or tokens in and out. */
export const budgetUnits = ['cost', 'requests', 'tokens'] as const;
export type BudgetUnit = (typeof budgetUnits)[number];

/** `total`: since the key was made. */
export const budgetPeriods = ['day', 'month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export type BudgetField =
  | `${BudgetUnit}_per_${Exclude<BudgetPeriod, 'total'>}`
  | `${BudgetUnit}_total`;

/** A key's budgets under their fields; null: no limit. */
export type BudgetFields = Record<BudgetField, number | null>;

export interface BudgetLimit {
  unit: BudgetUnit;
  period: BudgetPeriod;
  /** What may be used in the period. */
  limit: number;
}

export function budgetFieldOf(unit: BudgetUnit, period: BudgetPeriod): BudgetField {
  return period === 'total' ? `${unit}_total` : `${unit}_per_${period}`;
}

/** All fields, unit by unit, each from the shortest period to the longest. */
export const budgetFields: readonly BudgetField[] = budgetUnits.flatMap((unit) =>
  budgetPeriods.map((period) => budgetFieldOf(unit, period)),
);

/** The budgets of a key that has none. */
export const noBudgets: Readonly<BudgetFields> = recordOf(budgetFields, () => null);

/** The limits that a key has, in the order of the fields. */
export function budgetLimitsOf(key: BudgetFields): BudgetLimit[] {
  return budgetUnits.flatMap((unit) =>
    budgetPeriods.flatMap((period) => {
      const limit = key[budgetFieldOf(unit, period)];
      return limit === null ? [] : [{ unit, period, limit }];
    }),
  );
}

/** How much of each unit something used. */
export type BudgetUse = Record<BudgetUnit, number>;

export const noUse: Readonly<BudgetUse> = { cost: 0, requests: 0, tokens: 0 };

/** What counts in no budget: providers charge nothing for it, or the request itself asks no model. */
export const unbudgetedRoutes = [
  ...objectRoutes,
  ...(['input-tokens', 'count-tokens', 'gemini-count-tokens'] as const),
] as const satisfies readonly GatewayRoute[];

export function isBudgeted(route: GatewayRoute): boolean {
  return !unbudgetedRoutes.some((one) => one === route);
}
