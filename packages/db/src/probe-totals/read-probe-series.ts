import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WireProtocol } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import {
  type ModelTotals,
  type ProbePeriod,
  periodStart,
  periodTotalsCodec,
  probePeriods,
} from './probe-totals.ts';

export interface ReadProbeSeriesInput {
  /** Only this channel, model by model. */
  target_id?: number;
  /** Only this model, channel by channel. */
  model?: string;
  period: ProbePeriod;
  /** Unix seconds: from the period that contains this time until now. */
  from: number;
}

/** The sums of one model on one channel, by the start of the period; without the periods without probes. */
export interface ProbeSeries {
  target_id: number;
  model: string;
  protocol: WireProtocol;
  periods: Map<number, ModelTotals>;
}

/** Read at once: 50 models over 90 days take a few turns of the event loop, each of them short. */
const rowsPerTurn = 2000;

/** The series that the input asks for, ordered by channel and model; other work runs between two parts. */
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
      const periods = known?.periods ?? new Map<number, ModelTotals>();
      const { target_id, model, protocol, starts_at, period_s: _length, ...totals } = row;
      periods.set(starts_at, periodTotalsCodec.fromRow(totals));
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
    .select(['target_id', ...periodTotalsCodec.columns])
    .where('period_s', '=', lengthS)
    .where('starts_at', '>=', periodStart(from, lengthS));
  if (target_id !== undefined) query = query.where('target_id', '=', target_id);
  if (model !== undefined) query = query.where('model', '=', model);
  const place = ['target_id', 'model', 'starts_at'] as const;
  return query
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple(...place), '>', tuple(after.target_id, after.model, after.starts_at)),
    )
    .orderBy('target_id')
    .orderBy('model')
    .orderBy('starts_at')
    .limit(rowsPerTurn)
    .execute();
}
