import { z } from 'zod';
import { type BudgetField, noBudgets } from '../budgets/budget-limit.ts';
import { isTimeZone } from '../figures/local-days.ts';
import { routingPolicies } from '../routing/routing-policy.ts';
import { unixSeconds } from '../shape.ts';

const allowedForms =
  'must be channel/model, a model, a pattern of either with *, or tag:name, without a slash before it';

const costLimit = z.number().positive().max(1_000_000_000).nullable();
const requestLimit = z.int().min(1).max(1_000_000_000).nullable();
const tokenLimit = z.int().min(1).max(1_000_000_000_000).nullable();

/** What a key may use, each per day, per month and in all; null: no limit. */
const budgetSchemas = {
  cost_per_day: costLimit.describe(
    'money a day, in US dollars as the records count it; running requests reserve what they may cost, and a request is admitted if no other runs and anything is left',
  ),
  cost_per_month: costLimit.describe('money a calendar month'),
  cost_total: costLimit.describe('money since the key was created'),
  requests_per_day: requestLimit.describe(
    'requests a day for models; those count that were sent to a channel',
  ),
  requests_per_month: requestLimit.describe('requests a calendar month'),
  requests_total: requestLimit.describe('requests since the key was created'),
  tokens_per_day: tokenLimit.describe('tokens a day, in and out; reserved as money is'),
  tokens_per_month: tokenLimit.describe('tokens a calendar month'),
  tokens_total: tokenLimit.describe('tokens since the key was created'),
} satisfies Record<BudgetField, z.ZodType>;

/** Every field of a proxy key that a caller may set, with its bounds. */
export const proxyKeyFieldSchemas = {
  name: z.string().trim().min(1).max(128),
  allowed_target_ids: z.array(z.int().positive()).max(5000).describe('empty: every channel'),
  allowed_models: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^(?!\/|tag:\s*$).+$/, allowedForms),
    )
    .max(5000)
    .describe(
      '"channel/model", a model on every channel, a pattern of either with *, or "tag:name" for channels; a slash always separates a channel from its model, so an id that has one needs a channel or "*/" before it; empty: every model of the allowed channels',
    ),
  description: z.string().max(512),
  enabled: z.boolean().describe('false: paused'),
  expires_at: unixSeconds.positive().nullable(),
  rpm_limit: z.int().min(1).max(1_000_000).nullable().describe('requests a minute'),
  tpm_limit: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .nullable()
    .describe(
      'tokens a minute, in and out; running requests reserve what they may use, and a request is admitted if no other runs and anything is left',
    ),
  routing_policy: z
    .enum(routingPolicies)
    .nullable()
    .describe('how channels are chosen for its requests; null: as the setting says'),
  ...budgetSchemas,
  budget_time_zone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone, such as Europe/Berlin')
    .describe('where the days and months of its budgets begin'),
  budget_alert_percent: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .describe(
      'people are alerted when this much of a budget is used; null: as the rules of the alerts say',
    ),
  max_price: z
    .number()
    .positive()
    .max(1_000_000)
    .nullable()
    .describe(
      'the most that a million tokens may cost, in US dollars after the multipliers: a channel whose price of the model for input or for output is higher, or unknown, is not used; null: no limit',
    ),
  allow_unpriced: z
    .boolean()
    .describe(
      'whether a key with a budget of money or a max_price may use models whose price is unknown; they count as requests and tokens, and cost it nothing. For images, sound and rerank a price by the request must be known, because their answers may not say what they used',
    ),
};

/** What a new key gets unless its maker says otherwise. */
export const proxyKeyDefaults = {
  ...{ description: '', enabled: true, allowed_models: [], expires_at: null },
  ...{ rpm_limit: null, tpm_limit: null, routing_policy: null },
  ...noBudgets,
  ...{
    budget_time_zone: 'UTC',
    budget_alert_percent: null,
    max_price: null,
    allow_unpriced: false,
  },
} satisfies Partial<z.output<z.ZodObject<typeof proxyKeyFieldSchemas>>>;

/** A gateway credential. The key itself is shown once; only its SHA-256 is stored. */
export const proxyKeyShape = z.object({
  id: z.int(),
  key_prefix: z.string().describe('the first characters, to tell keys apart'),
  ...proxyKeyFieldSchemas,
  created_at: unixSeconds,
  revoked_at: unixSeconds.nullable(),
  last_used_at: unixSeconds.nullable(),
  last_used_target_id: z.int().nullable(),
});
export type ProxyKey = z.output<typeof proxyKeyShape>;

/** The fields of a proxy key that its owner sets. */
export type ProxyKeyInput = Pick<ProxyKey, keyof typeof proxyKeyFieldSchemas>;
