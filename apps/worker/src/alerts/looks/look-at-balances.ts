import { type AlertRules, type Look, observeBalance, sumBalances } from '@api-monitor/core';
import { type Database, listChannelBalances, listTargets } from '@api-monitor/db';

/** Whether channels run out of balance, or lose it fast, or theirs ends soon. */
export async function lookAtBalances(
  db: Database,
  rules: AlertRules,
  nowS: number,
): Promise<Look[]> {
  const known = await listChannelBalances(db);
  if (known.length === 0) return [];
  const targets = await listTargets(db);
  const asked = targets.filter((one) => one.enabled && one.balance_interval_min > 0);
  const byId = new Map(known.map((one) => [one.target_id, one]));
  return asked.flatMap(({ id }) => {
    const sum = sumBalances(byId.get(id)?.keys ?? []);
    if (!sum) return [];
    const { amount, unit, days_left, expires_at } = sum;
    const balance = amount ?? ('unlimited' as const);
    const falls = { fall_last_day: sum.fell_last_day, fall_usual_day: sum.fell_usual_day };
    const observed = { target_id: id, key: null, balance, unit, days_left, ...falls, expires_at };
    return observeBalance(observed, rules, nowS);
  });
}
