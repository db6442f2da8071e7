import { type BalanceRow, spendingOf, type Target } from '@api-monitor/core';
import { getChannelBalance, listBalances, readAlertRules } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, okSchema } from '../describe-route.ts';
import { idParams, limitQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { findTarget } from '../targets/change-targets.ts';
import { assertKeyKnown } from '../targets/masked-secrets.ts';
import { balanceOf, channelBalanceSchema } from './balance-schema.ts';
import { closeChannelBooks } from './close-channel-books.ts';

const dayS = 86_400;
const historyQuery = z.object({
  days: limitQuery({ default: 30, max: 366 }).describe('how far back the history goes'),
});

export function balanceRoutes(deps: ApiDeps) {
  const { db, bus, now } = deps;
  const { adminRoute } = createRouteKinds(deps, 'targets');
  return createRouter()
    .openapi(
      adminRoute('get', '/api/targets/{id}/balance', {
        summary: 'What a channel has left, its history, and the books',
        description:
          'The provider is asked by a worker, every `balance_interval_min`. The books set the fall of the balance beside what our own counts explain: a difference is evidence, not an accusation.',
        request: { params: idParams, query: historyQuery },
        responses: jsonAnswer(z.object({ item: channelBalanceSchema }), 'what is known'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const from = now() - c.req.valid('query').days * dayS;
        return c.json({ item: await describeBalance(deps, target, from) }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/targets/{id}/balance', {
        summary: 'Ask a channel now what it has left, even if it is disabled',
        description: 'A worker asks; `target_updated` is sent when it has.',
        request: { params: idParams },
        responses: jsonAnswer(okSchema.extend({ message: z.string() }), 'it will be asked'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        assertKeyKnown(db, target);
        await bus.balancePolls.add(`${target.id}`, { target_id: target.id, is_forced: true });
        return c.json({ ok: true as const, message: `channel "${target.name}" is asked` }, 200);
      },
    );
}

type Description = z.infer<typeof channelBalanceSchema>;

/** What is known about a channel's balance, since a time in Unix seconds. */
async function describeBalance(
  { db, now }: Pick<ApiDeps, 'db' | 'now'>,
  target: Target,
  from: number,
): Promise<Description> {
  const known = await getChannelBalance(db, target.id);
  const rows = await listBalances(db, { target_id: target.id, from });
  const byKey = Map.groupBy(rows, ({ key }) => key);
  const keys = known?.keys ?? [];
  const { source = null, fault = null, message = null, asked_at = null } = known ?? {};
  return {
    target_id: target.id,
    balance: balanceOf(known, target, await readAlertRules(db)),
    ...{ source, fault, message, asked_at, price_multiplier: target.price_multiplier },
    due_at: target.balance_interval_min === 0 ? null : (known?.due_at ?? 0),
    multipliers: known?.multipliers ?? [],
    keys: keys.map(({ key: _, ...told }) => told),
    series: keys.map(({ key, name }) => seriesOf(name, byKey.get(key) ?? [])),
    books: await closeChannelBooks(db, { target, known, byKey, from, nowS: now() }),
  };
}

function seriesOf(name: string, rows: readonly BalanceRow[]): Description['series'][number] {
  const { unit = 'USD', source } = rows.at(-1) ?? {};
  const alike = rows.filter((row) => row.unit === unit && row.source === source);
  const points = alike.map(({ at, amount, used }) => ({ at, amount, used }));
  return { name, unit, points, top_ups: [...spendingOf(rows).topUps] };
}
