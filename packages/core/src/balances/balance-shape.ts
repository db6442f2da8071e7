import { z } from 'zod';
import { unixSeconds } from '../shape.ts';
import { balanceFaults, balanceSources, balanceUnits } from './balance.ts';

const amountField = z.number().nullable();

const readingShape = z.object({
  source: z.enum(balanceSources).describe('the endpoint that said it'),
  amount: amountField.describe('what is left; null: without a limit'),
  unit: z.enum(balanceUnits),
  per_usd: amountField.describe('units that the relay takes for a dollar of credit; null: unknown'),
  granted: amountField.describe('all that there ever was; null: not said'),
  used: amountField.describe('what was used of it; null: not said'),
  expires_at: unixSeconds.nullable().describe('when the key or subscription ends; null: not said'),
});

/** What a key's balance was when it was last told. */
export const keyBalanceShape = z.object({
  key: z.string().describe('a short hash of the key'),
  name: z.string().describe('empty if it is the only one'),
  ...readingShape.shape,
  at: unixSeconds.describe('when it was told'),
  spent_per_day: z
    .number()
    .nullable()
    .describe('at the rate of the last three days; null: unknown'),
  days_left: z.number().nullable().describe('for how many days it lasts so; null: unknown'),
  fell_last_day: z.number().nullable().describe('within the last day, without top-ups'),
  fell_usual_day: z.number().nullable().describe('in a day of the week before'),
});
export type KeyBalance = z.output<typeof keyBalanceShape>;

const multiplierShape = z.object({
  group: z.string().nullable().describe("the relay's group of customers; null: said of this key"),
  value: z.number().describe('what it charges relative to list price'),
});

/** What is known about the balance of a channel. */
export const channelBalanceShape = z.object({
  target_id: z.int(),
  due_at: unixSeconds.describe('when it is asked next'),
  asked_at: unixSeconds.nullable().describe('when it was last asked; null: never'),
  source: z.enum(balanceSources).nullable().describe('what answered last; null: nothing ever did'),
  fault: z.enum(balanceFaults).nullable().describe('why the last attempt told nothing'),
  message: z.string().nullable().describe('the same in words'),
  failures: z.int().describe('attempts in a row that told nothing'),
  keys: z.array(keyBalanceShape),
  multipliers: z.array(multiplierShape).describe('as the relay says'),
  books_since: unixSeconds
    .nullable()
    .describe('since when requests are counted at the present prices; null: always'),
  multipliers_at: unixSeconds.nullable().describe('when it was last asked for them; null: never'),
});
export type ChannelBalance = z.output<typeof channelBalanceShape>;

/** A balance in the history of a key. */
export const balanceRowShape = z.object({
  target_id: z.int(),
  key: z.string(),
  at: unixSeconds,
  source: readingShape.shape.source,
  amount: amountField,
  unit: readingShape.shape.unit,
  used: amountField,
});
export type BalanceRow = z.output<typeof balanceRowShape>;
