import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import { periodStart, probePeriods } from './probe-totals.ts';

/** How many of a model's readable answers to probes were wrong. */
export interface AnswerCounts {
  target_id: number;
  model: string;
  all: number;
  bad: number;
}

/**
 * The answers of models that gave a wrong one since the quarter of a day that contains `from` (Unix
 * seconds), and those before it, from the one that contains `before`.
 */
export async function readWrongAnswers(
  db: Database,
  { from, before }: { from: number; before: number },
): Promise<{ recent: AnswerCounts; baseline: AnswerCounts }[]> {
  const { lengthS } = probePeriods.quarterDay;
  const [recentS, baselineS] = [periodStart(from, lengthS), periodStart(before, lengthS)];
  const recent = (await sumAnswers(db, { from: recentS, until: null })).filter(
    ({ bad }) => bad > 0,
  );
  if (recent.length === 0) return [];
  const target_ids = [...new Set(recent.map((one) => one.target_id))];
  const byModel = new Map<string, AnswerCounts>();
  for (const ids of chunksOf(target_ids)) {
    const earlier = await sumAnswers(db, { from: baselineS, until: recentS, target_ids: ids });
    for (const one of earlier) byModel.set(keyOf(one), one);
  }
  return recent.map((one) => {
    return { recent: one, baseline: byModel.get(keyOf(one)) ?? { ...one, all: 0, bad: 0 } };
  });
}

function keyOf({ target_id, model }: AnswerCounts): string {
  return `${target_id} ${model}`;
}

interface Span {
  from: number;
  until: number | null;
  target_ids?: readonly number[];
}

async function sumAnswers(
  { kysely }: Database,
  { from, until, target_ids }: Span,
): Promise<AnswerCounts[]> {
  let query = kysely
    .selectFrom('probe_totals')
    .select(({ fn }) => [
      ...(['target_id', 'model'] as const),
      fn.sum('successes').as('all'),
      fn.sum('wrong_answers').as('bad'),
    ])
    .where('period_s', '=', probePeriods.quarterDay.lengthS)
    .where('starts_at', '>=', from)
    .groupBy(['target_id', 'model']);
  if (until !== null) query = query.where('starts_at', '<', until);
  if (target_ids !== undefined) query = query.where('target_id', 'in', target_ids);
  const rows = await query.execute();
  // Postgres returns sums as text.
  return rows.map(({ all, bad, ...of }) => ({ ...of, all: Number(all), bad: Number(bad) }));
}
