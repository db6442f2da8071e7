import { type ProbeSpend, probePeriodFor, readProbeSpend, type SpendGroup } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';

const counts = {
  requests: z.int(),
  tokens: z.int().describe('in and out, as far as the channels reported them'),
  cost: z.number().describe('of those whose price is known'),
  unpriced: z.int().describe('requests whose price is unknown'),
};

export const probeSpendSchema = z.object({
  ...counts,
  period_s: z
    .int()
    .describe('the length of the periods that were added up: an hour, six hours, or a day of UTC'),
  costs: z
    .array(z.number())
    .describe('of each day; a period belongs to the day that contains its middle'),
  items: z
    .array(z.object({ group: z.union([z.int(), z.string()]), ...counts }))
    .describe('by channel or model, if the spend is grouped so'),
});

interface ProbeSpendInput {
  /** The starts of the days. */
  days: readonly number[];
  /** The end of the last one; `nowS` itself if that hasn't ended. */
  to: number;
  nowS: number;
  group_by: SpendGroup;
  target_id: number | undefined;
  model: string | undefined;
}

/** What probes cost on these days. */
export async function probeSpendOf(
  { db }: Pick<ApiDeps, 'db'>,
  { days, to, nowS, group_by, target_id, model }: ProbeSpendInput,
): Promise<z.infer<typeof probeSpendSchema>> {
  const from = days[0] ?? to;
  const period_s = probePeriodFor({ from, nowS });
  // Periods of which most belongs to the range; the present one hasn't ended.
  const end = to < nowS ? to - period_s / 2 : to;
  const isIn = ({ starts_at }: ProbeSpend) => starts_at + period_s / 2 >= from && starts_at < end;
  const isAsked = (row: ProbeSpend) =>
    (target_id === undefined || row.target_id === target_id) &&
    (model === undefined || row.model === model);
  const read = await readProbeSpend(db, { from: from - period_s, to, period_s });
  const rows = read.filter((row) => isIn(row) && isAsked(row));
  const groupOf = (row: ProbeSpend) => (group_by === 'channel' ? row.target_id : row.model);
  const groups =
    group_by === 'channel' || group_by === 'model' ? Map.groupBy(rows, groupOf) : new Map();
  return {
    ...sumOf(rows),
    period_s,
    costs: costsByDay(rows, days, period_s),
    items: [...groups].map(([group, of]) => ({ group, ...sumOf(of) })),
  };
}

function sumOf(rows: readonly ProbeSpend[]) {
  const sum = { requests: 0, tokens: 0, cost: 0, unpriced: 0 };
  for (const { requests, tokens, cost, unpriced } of rows) {
    sum.requests += requests;
    sum.tokens += tokens;
    sum.cost += cost;
    sum.unpriced += unpriced;
  }
  return sum;
}

function costsByDay(rows: readonly ProbeSpend[], days: readonly number[], periodS: number) {
  const costs = days.map(() => 0);
  for (const { starts_at, cost } of rows) {
    const at = days.findLastIndex((day) => day <= starts_at + periodS / 2);
    if (at >= 0) costs[at] = (costs[at] ?? 0) + cost;
  }
  return costs;
}
