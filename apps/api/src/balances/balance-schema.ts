import {
  type AlertRules,
  balanceSources,
  balanceUnits,
  type ChannelBalance,
  channelBalanceShape,
  isBalanceLow,
  keyBalanceShape,
  sumBalances,
  type Target,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

/** What a channel has left, on its card. */
export const balanceSchema = z
  .object({
    amount: z.number().nullable().describe('of all keys together; null: without a limit'),
    unit: z.enum(balanceUnits),
    unlimited: z.boolean(),
    at: unixSeconds.describe('when it was told'),
    source: z.enum(balanceSources).describe('the endpoint that said it'),
    days_left: z.number().nullable().describe('at the rate of the last days; null: unknown'),
    expires_at: unixSeconds.nullable().describe('when the first key or subscription ends'),
    multipliers: channelBalanceShape.shape.multipliers,
    is_low: z
      .boolean()
      .describe('less is left, or it lasts for less, than the rules of alerts say'),
  })
  .openapi('Balance');
type Balance = z.infer<typeof balanceSchema>;

/** null: nothing was ever told, or nobody asks. */
export function balanceOf(
  known: Pick<ChannelBalance, 'keys' | 'multipliers'> | null | undefined,
  { balance_interval_min }: Pick<Target, 'balance_interval_min'>,
  rules: Pick<AlertRules, 'balance_below' | 'balance_days'>,
): Balance | null {
  if (!known || balance_interval_min === 0) return null;
  const sum = sumBalances(known.keys);
  if (!sum) return null;
  const { amount, unit, at, source: from, days_left, expires_at } = sum;
  const is_low = isBalanceLow(sum, rules);
  const unlimited = amount === null;
  const { multipliers } = known;
  return { amount, unit, unlimited, at, source: from, days_left, expires_at, multipliers, is_low };
}

const bookSchema = {
  from: unixSeconds,
  to: unixSeconds,
  charged: z.number().describe('by how much the balance fell, without top-ups'),
  counted: z.number().describe('what our own counts explain, at price × price_multiplier'),
};

const { source, fault, message, asked_at, due_at, multipliers } = channelBalanceShape.shape;

export const channelBalanceSchema = z
  .object({
    target_id: z.int(),
    balance: balanceSchema.nullable().describe('null: nothing was ever told'),
    ...{ source, fault, message, asked_at },
    price_multiplier: z.number().describe('the channel’s own, as it is set'),
    due_at: due_at.nullable().describe('when it is asked next; null: it is off'),
    multipliers,
    keys: z.array(keyBalanceShape.omit({ key: true })),
    series: z
      .array(
        z.object({
          name: z.string().describe("the key's; empty if it is the only one"),
          unit: z.enum(balanceUnits),
          points: z.array(
            z.object({
              at: unixSeconds,
              amount: z.number().nullable(),
              used: z.number().nullable(),
            }),
          ),
          top_ups: z.array(z.object({ at: unixSeconds, amount: z.number() })),
        }),
      )
      .describe('the history of each key, oldest first, in the unit that it has now'),
    books: z
      .object({
        is_closed: z.boolean().describe('false: the two sides can’t be compared, see `reason`'),
        reason: z
          .enum(['no_balance', 'several_keys', 'unknown_unit'])
          .nullable()
          .describe('why they can’t be compared; null: they can'),
        days: z
          .array(z.object({ ...bookSchema, unpriced: z.int() }))
          .describe('each day (UTC), oldest first, in dollars of credit'),
        difference: z
          .object({ ...bookSchema, ratio: z.number().describe('charged for each unit counted') })
          .nullable()
          .describe(
            'of the last day, if it is above 10 % and more than chance. Others who use the same key or account explain it too.',
          ),
      })
      .describe('the fall of the balance beside what our own counts explain'),
  })
  .openapi('ChannelBalance');
