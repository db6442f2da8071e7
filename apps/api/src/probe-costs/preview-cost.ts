import {
  chooseModels,
  estimateCost,
  ownPromptOf,
  probePlanOf,
  settingsInForce,
  type Target,
  type TargetPatch,
  targetDefaults,
  targetFieldSchemas,
  tokensPerQuestion,
} from '@api-monitor/core';
import { listAvailableModels, readProbeUsage, readSettings } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { sentFields } from '../sent-fields.ts';
import { findTarget } from '../targets/change-targets.ts';
import { sumUsage } from './used-today.ts';

/** The fields that decide what a channel's probes cost. */
const costFields = z.object(targetFieldSchemas).pick({
  interval_min: true,
  prompt: true,
  max_models: true,
  selected_models: true,
  models: true,
  models_mode: true,
  exclude: true,
  model_aliases: true,
  dont_probe: true,
  probe_requests_per_day: true,
  probe_tokens_per_day: true,
});

export const previewSchema = z
  .strictObject({
    target_id: z
      .int()
      .positive()
      .nullable()
      .optional()
      .describe('the channel that would change; absent or null: a new one'),
    listed_models: targetFieldSchemas.models
      .optional()
      .describe('what a test has just listed; absent: what the last run did'),
    ...costFields.partial().shape,
  })
  .openapi('CostPreviewRequest');

const perDay = { requests_per_day: z.int(), tokens_per_day: z.int() };

export const costSchema = z
  .object({
    models: z.array(z.string()).describe('those that each run would ask'),
    is_list_known: z
      .boolean()
      .describe("false: the channel's list hasn't been read, so there are further models"),
    runs_per_day: z.number(),
    tokens_per_question: z.int().describe('with its answer'),
    is_measured: z.boolean().describe("from this channel's probes of today; false: estimated"),
    ...perDay,
    is_limited: z.boolean().describe('whether a budget of the channel leaves some questions out'),
    per_model: z.object(perDay).describe('what each further model would cost'),
  })
  .openapi('CostPreview');

type CostItem = z.infer<typeof costSchema>;
type CostInput = Pick<Target, keyof typeof costFields.shape>;

/** About what a channel with these fields would cost a day. Throws AppError `not_found`. */
export async function previewCost(
  deps: ApiDeps,
  { target_id = null, listed_models, ...body }: z.output<typeof previewSchema>,
): Promise<CostItem> {
  const current = target_id === null ? null : await findTarget(deps.db, target_id);
  const before = current ?? { ...targetDefaults, interval_min: await usualInterval(deps) };
  const target: CostInput = { ...before, ...sentFields(body, costFields.shape) };
  const listed = listed_models ?? (current ? await knownModels(deps, current.id) : []);
  const names = chooseModels(listed, target);
  const models = names.filter((model) => probePlanOf(model, target.dont_probe) === 'probed');
  const isSameQuestion = current !== null && target.prompt === current.prompt;
  const measured = isSameQuestion ? await measuredTokens(deps, current.id) : null;
  const tokens_per_question = measured ?? tokensPerQuestion(ownPromptOf(target));
  const costOf = (count: number) => estimateCost({ ...target, models: count, tokens_per_question });
  const { requests_per_day, tokens_per_day } = costOf(1);
  return {
    models,
    is_list_known:
      target.models_mode === 'manual' || listed_models !== undefined || listed.length > 0,
    ...costOf(models.length),
    tokens_per_question,
    is_measured: measured !== null,
    per_model: { requests_per_day, tokens_per_day },
  };
}

/** The fields of a channel that decide its cost. */
export function costFieldsOf(fields: TargetPatch) {
  return sentFields(fields, costFields.shape);
}

async function knownModels({ db }: ApiDeps, target_id: number): Promise<string[]> {
  return (await listAvailableModels(db, target_id)).map(({ model }) => model);
}

async function usualInterval({ db, givenSettings }: ApiDeps): Promise<number> {
  return settingsInForce(await readSettings(db), givenSettings).default_interval_min;
}

/** Fewer requests may be unusual ones. */
const enoughRequests = 10;

/** null if too few questions were asked today, or the channel doesn't report tokens. */
async function measuredTokens({ db, now }: ApiDeps, target_id: number): Promise<number | null> {
  const { requests, tokens } = sumUsage(await readProbeUsage(db, { day: now(), target_id }));
  return requests < enoughRequests || tokens === 0 ? null : Math.ceil(tokens / requests);
}
