import { type AlertRules, type Look, observeBudget, settingsInForce } from '@api-monitor/core';
import { type BudgetReading, listProxyKeys, readBudgets, readSettings } from '@api-monitor/db';
import type { WorkerDeps } from '../../worker-deps.ts';

/** Whether keys of the gateway come near their budgets, or are refused because they have used them up. */
export async function lookAtKeyBudgets(
  { db, givenSettings, nowS }: Pick<WorkerDeps, 'db' | 'givenSettings' | 'nowS'>,
  rules: AlertRules,
): Promise<Look[]> {
  const keys = (await listProxyKeys(db)).filter(
    ({ revoked_at, enabled }) => enabled && revoked_at === null,
  );
  const readings = await readBudgets(db, keys, nowS());
  if (readings.length === 0) return [];
  const { currency } = settingsInForce(await readSettings(db), givenSettings);
  const byKey = Map.groupBy(readings, ({ key_id }) => key_id);
  return keys.flatMap(({ id, name, budget_alert_percent: own }) => {
    const limits = (byKey.get(id) ?? []).map(observedLimitOf);
    if (limits.length === 0) return [];
    const budget_percent = own ?? rules.budget_percent;
    return observeBudget({ key: name, limits, currency }, { ...rules, budget_percent });
  });
}

function observedLimitOf({ unit, period, limit, used, resets_at: until }: BudgetReading) {
  const measure = unit === 'cost' ? ('money' as const) : unit;
  return { measure, period, limit, used, until, is_hard: true };
}
