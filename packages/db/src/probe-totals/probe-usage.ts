import type { Database } from '../engine/database.ts';
import { periodStart, probePeriods } from './probe-totals.ts';

/** What the probes of one model on one channel cost on one UTC day. */
export interface ProbeUsage {
  target_id: number;
  model: string;
  /** HTTP requests. */
  requests: number;
  /** Input and output, as far as the channel reported them. */
  tokens: number;
  /** What they cost as far as it's known. */
  cost: number;
  /** Probes whose cost isn't known. */
  unpriced: number;
}

/** What probes cost on the UTC day that contains `day` (Unix seconds), the dearest model first. */
export async function readProbeUsage(
  db: Database,
  { day, target_id }: { day: number; target_id?: number | undefined },
): Promise<ProbeUsage[]> {
  const { lengthS } = probePeriods.day;
  let query = db.kysely
    .selectFrom('probe_totals')
    .select(['target_id', 'model', 'requests', 'tokens', 'cost', 'unpriced'])
    .where('period_s', '=', lengthS)
    .where('starts_at', '=', periodStart(day, lengthS))
    .where((where) => where.or([where('requests', '>', 0), where('tokens', '>', 0)]));
  if (target_id !== undefined) query = query.where('target_id', '=', target_id);
  return query
    .orderBy('requests', 'desc')
    .orderBy('tokens', 'desc')
    .orderBy('target_id')
    .orderBy('model')
    .execute();
}
