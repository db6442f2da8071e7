import type { Look, Subject } from '@api-monitor/core';
import { type Database, listTargets, readProbeUsage, readSettings } from '@api-monitor/db';
import { hasLimit, limitOf, reaches, sumOf } from '../../asking/budget.ts';

const nobody: Omit<Subject, 'kind'> = { target_id: null, model: null, name: null };

/** Whether the probe budgets of the day (UTC) are used up: each channel's own, and everybody's. */
export async function lookAtBudgets(db: Database, nowS: number): Promise<Look[]> {
  const overall = limitOf(await readSettings(db));
  const targets = (await listTargets(db)).filter(({ enabled }) => enabled);
  const limited = targets.filter((target) => hasLimit(limitOf(target)));
  if (!hasLimit(overall) && limited.length === 0) return [];
  const usage = await readProbeUsage(db, { day: nowS });
  const byTarget = Map.groupBy(usage, ({ target_id }) => target_id);
  const lookOf = (subject: Omit<Subject, 'kind'>, is_bad: boolean): Look => ({
    subject: { ...subject, kind: 'budget' },
    judge: () => ({ is_bad }),
  });
  return [
    lookOf(nobody, hasLimit(overall) && reaches(sumOf(usage), overall)),
    ...limited.map((target) => {
      const used = sumOf(byTarget.get(target.id) ?? []);
      return lookOf({ ...nobody, target_id: target.id }, reaches(used, limitOf(target)));
    }),
  ];
}
