import type { Database } from '../engine/database.ts';
import { probePeriods } from './probe-totals.ts';

/** What the probes of one model on one channel cost in one period. */
export interface ProbeSpend {
  target_id: number;
  model: string;
  starts_at: number;
  requests: number;
  /** Input and output, as far as the channel reported them. */
  tokens: number;
  /** Of those whose price is known. */
  cost: number;
  /** Probes whose price is unknown. */
  unpriced: number;
}

/** The length of the shortest periods that are still kept for a range that begins at `from`. */
export function probePeriodFor({ from, nowS }: { from: number; nowS: number }): number {
  const { hour, quarterDay, day } = probePeriods;
  const kept = [hour, quarterDay].find(({ keptS, lengthS }) => from - lengthS >= nowS - keptS);
  return (kept ?? day).lengthS;
}

/** What probes cost in the periods of this length that begin within the range. */
export async function readProbeSpend(
  { kysely }: Database,
  { from, to, period_s }: { from: number; to: number; period_s: number },
): Promise<ProbeSpend[]> {
  return kysely
    .selectFrom('probe_totals')
    .select(['target_id', 'model', 'starts_at', 'requests', 'tokens', 'cost', 'unpriced'])
    .where('period_s', '=', period_s)
    .where('starts_at', '>=', Math.ceil(from))
    .where('starts_at', '<', Math.ceil(to))
    .where('requests', '>', 0)
    .execute();
}
