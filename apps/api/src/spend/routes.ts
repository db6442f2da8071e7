import { AppError, localDaysOf, proxyTotalsShape, unixSeconds } from '@api-monitor/core';
import { spendGroups, sumProxyRequests, sumSpend } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { filterQuery, zoneQuery } from '../proxy-requests/routes.ts';
import { createRouter } from '../router.ts';
import { readCurrency } from '../settings/read-currency.ts';
import { probeSpendOf, probeSpendSchema } from './probe-spend.ts';

const dayS = 86_400;
const defaultDays = 7;
const mostDays = 400;

const querySchema = z.object({
  ...filterQuery,
  group_by: z.enum(spendGroups).default('model'),
  zone: zoneQuery,
});

const totalSchema = z
  .object({
    ...proxyTotalsShape.shape,
    costs: z.array(z.number()).describe('on each of the days'),
  })
  .openapi('SpendTotals');

const answerSchema = z.object({
  group_by: z.enum(spendGroups),
  zone: z.string(),
  from: unixSeconds.describe('the start of the first day'),
  to: unixSeconds,
  currency: z.string().describe('what all costs are in'),
  days: z.array(unixSeconds).describe('the start of each day, in the zone'),
  total: totalSchema,
  items: z.array(totalSchema).describe('the most expensive first'),
  is_overlapping: z
    .boolean()
    .describe('by tag: some channels have several, so the items add up to more than the total'),
  probes: probeSpendSchema.describe('what checks cost; not part of the totals'),
  unpriced: z
    .array(z.object({ model: z.string(), requests: z.int() }))
    .describe('models of which requests have no known cost, most requests first'),
});

/** What the gateway's requests cost over time. */
export function spendRoutes(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'gateway');
  return createRouter().openapi(
    adminRoute('get', '/api/proxy/spend', {
      summary: 'What the requests of whole days cost, by day and model, channel, key or tag',
      description: `By default the last ${defaultDays} days, and at most ${mostDays}. Costs are as the records have them: at the price of the time, with the multipliers of the channel. By tag, a channel counts under each tag that it has now.`,
      request: { query: querySchema },
      responses: jsonAnswer(answerSchema, 'the totals and their costs by day'),
    }),
    async (c) => {
      const { group_by, zone, ...given } = c.req.valid('query');
      const nowS = deps.now();
      const { from, to } = rangeOf(given, { zone, nowS });
      const input = { ...given, from, to };
      const { groups, ...spend } = await sumSpend(deps.db, { ...input, group_by, zone });
      const { target_id, model } = given;
      const probes = { days: spend.days, to, nowS, group_by, target_id, model };
      const models = await sumProxyRequests(deps.db, { ...input, group_by: 'model' });
      const unpriced = models.flatMap(({ group, unpriced: requests }) =>
        typeof group === 'string' && requests > 0 ? { model: group, requests } : [],
      );
      return c.json(
        {
          ...{ group_by, zone, from, to, currency: await readCurrency(deps) },
          ...spend,
          items: groups,
          probes: await probeSpendOf(deps, probes),
          unpriced: unpriced.sort((a, b) => b.requests - a.requests),
        },
        200,
      );
    },
  );
}

/** Whole days of the zone, as far as they have begun. Throws AppError `invalid_input`. */
function rangeOf(
  given: { from?: number | undefined; to?: number | undefined },
  { zone, nowS }: { zone: string; nowS: number },
): { from: number; to: number } {
  const dayOf = localDaysOf(zone);
  const to = Math.min(given.to ?? nowS, nowS);
  const from = given.from ?? Math.max(0, to - (defaultDays - 1) * dayS);
  if (from >= to) throw badFrom('must be before to, and in the past', 'too_large', to);
  const least = to - mostDays * dayS;
  if (from < least) throw badFrom(`must be at most ${mostDays} days before to`, 'too_small', least);
  // The day that contains the end counts as a whole, as far as it has begun.
  return { from: dayOf(from), to: Math.min(nowS, dayOf(dayOf(to - 1) + longestDayS)) };
}

/** Leads into the next day, whatever the clocks do. */
const longestDayS = 26 * 3600;

function badFrom(words: string, code: 'too_small' | 'too_large', bound: number): AppError {
  return new AppError('invalid_input', `from ${words}`, { fields: { from: { code, bound } } });
}
