import {
  type AlertKind,
  type AlertState,
  findErrorRate,
  type Observation,
  observeChange,
  type Subject,
  subjectKeyOf,
} from '@api-monitor/core';
import {
  countRecentRequests,
  type Database,
  listProxyKeys,
  listTargets,
  readProbeUsage,
  readSettings,
} from '@api-monitor/db';
import { hasLimit, limitOf, reaches, sumOf } from '../asking/budget.ts';

/** Something that is looked at again and again. */
export interface Look {
  subject: Subject;
  /** What is so now; null: too little is known to tell. */
  judge(wasBad: boolean): Pick<Observation, 'is_bad' | 'why' | 'figures'> | null;
}

const nobody: Omit<Subject, 'kind'> = { target_id: null, model: null, name: null };

const lookedAt: readonly AlertKind[] = ['budget', 'expiry', 'service', 'error_rate'];

/** The looks as findings: what differs from before. What isn't looked at any more, such as a limit that is gone, is well. */
export function asFindings(
  looks: readonly Look[],
  { watches }: AlertState,
  nowS: number,
): Observation[] {
  const keys = new Set(looks.map(({ subject }) => subjectKeyOf(subject)));
  const gone = Object.entries(watches).flatMap(([key, { subject }]) =>
    lookedAt.includes(subject.kind) && !keys.has(key)
      ? [{ subject, judge: () => ({ is_bad: false }) }]
      : [],
  );
  return [...looks, ...gone].flatMap(({ subject, judge }) => {
    const judged = judge(watches[subjectKeyOf(subject)]?.is_bad ?? false);
    return judged ? observeChange({ subject, ...judged }, { watches, nowS }) : [];
  });
}

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

/** How long before its end people are told of it. */
const expiringS = 7 * 86_400;

/** Whether gateway keys end soon. */
export async function lookAtExpiry(db: Database, nowS: number): Promise<Look[]> {
  const keys = (await listProxyKeys(db)).filter(
    ({ revoked_at, enabled }) => enabled && revoked_at === null,
  );
  return [...Map.groupBy(keys, ({ name }) => name)].map(([name, named]): Look => {
    const ends = named.flatMap(({ expires_at }) => expires_at ?? []);
    const expires_at = Math.min(...ends);
    const is_bad = ends.length > 0 && expires_at - nowS < expiringS;
    const figures = is_bad ? { expires_at } : {};
    return { subject: { ...nobody, kind: 'expiry', name }, judge: () => ({ is_bad, figures }) };
  });
}

/** Whether the processes can reach each other. */
export function lookAtBus(fault: string | null): Look {
  const why = fault === null ? null : { kind: null, message: fault };
  const subject: Subject = { ...nobody, kind: 'service', name: 'Redis' };
  return { subject, judge: () => ({ is_bad: fault !== null, why }) };
}

/** How far back requests count. */
const recentS = 300;

/** Whether many of a key's requests to a channel fail. */
export async function lookAtErrors(db: Database, nowS: number): Promise<Look[]> {
  const recent = await countRecentRequests(db, nowS - recentS);
  return recent.map(({ key_name: name, target_id, all, failed: bad }) => ({
    subject: { ...nobody, kind: 'error_rate', target_id, name },
    judge: (wasBad) => findErrorRate({ recent: { all, bad }, wasBad }),
  }));
}
