import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WireProtocol } from '@api-monitor/core';
import type { SelectQueryBuilder } from 'kysely';
import type { Database } from '../engine/database.ts';
import type { Schema } from '../schema.ts';
import { type ProbePeriod, periodStart, probePeriods } from './probe-periods.ts';
import { type ProbeTotals, probeTotalsOf } from './probe-totals.ts';

export interface ReadProbeSeriesInput {
  /** Of this channel, model by model. */
  target_id?: number;
  /** Of this model, channel by channel; with `target_id`, of the one on the other. */
  model?: string;
  period: ProbePeriod;
  /** Unix seconds: from the period that this lies in to now. */
  from: number;
}

/** The sums of one model on one channel, by the start of their period; periods without probes are absent. */
export interface ProbeSeries {
  target_id: number;
  model: string;
  protocol: WireProtocol;
  periods: Map<number, ProbeTotals>;
}

/** Read at once: enough for 50 models over 90 days in a few turns, none of which takes long. */
const rowsPerTurn = 2000;

/** Every series that the input asks for, ordered by channel and model; other work goes on between its parts. */
export async function readProbeSeries(
  db: Database,
  input: ReadProbeSeriesInput,
): Promise<ProbeSeries[]> {
  const series = new Map<string, ProbeSeries>();
  let after = { target_id: 0, model: '', starts_at: -1 };
  for (;;) {
    const rows = await readRows(db, input, after);
    for (const row of rows) {
      const key = `${row.target_id} ${row.model}`;
      const known = series.get(key);
      const periods = known?.periods ?? new Map<number, ProbeTotals>();
      periods.set(row.starts_at, probeTotalsOf(row));
      const { target_id, model, protocol } = row;
      series.set(key, { target_id, model, protocol, periods });
    }
    const last = rows.at(-1);
    if (!last || rows.length < rowsPerTurn) return [...series.values()];
    after = last;
    await nextTurn();
  }
}

type Place = { target_id: number; model: string; starts_at: number };

function readRows(
  db: Database,
  { target_id, model, period, from }: ReadProbeSeriesInput,
  after: Place,
) {
  const { lengthS } = probePeriods[period];
  let query = db.kysely
    .selectFrom('probe_totals')
    .selectAll()
    .where('period_s', '=', lengthS)
    .where('starts_at', '>=', periodStart(from, lengthS));
  if (target_id !== undefined) query = query.where('target_id', '=', target_id);
  if (model !== undefined) query = query.where('model', '=', model);
  return afterPlace(query, after)
    .orderBy('target_id')
    .orderBy('model')
    .orderBy('starts_at')
    .limit(rowsPerTurn)
    .execute();
}

/** What comes after `place` in the order of target, model, start. */
function afterPlace<Row>(
  query: SelectQueryBuilder<Schema, 'probe_totals', Row>,
  place: Place,
): SelectQueryBuilder<Schema, 'probe_totals', Row> {
  return query.where(({ eb, refTuple, tuple }) =>
    eb(
      refTuple('target_id', 'model', 'starts_at'),
      '>',
      tuple(place.target_id, place.model, place.starts_at),
    ),
  );
}
