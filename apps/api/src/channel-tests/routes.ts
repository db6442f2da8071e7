import {
  AppError,
  channelTestShape,
  secretTargetFields,
  settledKeys,
  type Target,
  type TargetPatch,
  targetDefaults,
  targetFieldSchemas,
} from '@api-monitor/core';
import { openTarget, sealTestedChannel, type TestedChannel } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { readOnlyFields } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { costFieldsOf, costSchema, previewCost } from '../probe-costs/preview-cost.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { changerOf, findTarget, refusalOf } from '../targets/change-targets.ts';
import { assertKeyKnown, maskableFields, withoutMasked } from '../targets/masked-secrets.ts';
import { targetSchema } from '../targets/target-schema.ts';
import { channelTestLimits } from './channel-tests.ts';

const testSchema = z
  .strictObject({
    target_id: z
      .int()
      .positive()
      .nullable()
      .optional()
      .describe('the stored channel, with the changes in this body; absent or null: a new one'),
    model: targetFieldSchemas.models.element
      .nullable()
      .optional()
      .describe('the one to ask; absent or null: a small one'),
    ...z.object(targetFieldSchemas).partial().shape,
    ...maskableFields,
    ...readOnlyFields(targetSchema.shape, targetFieldSchemas),
  })
  .openapi('ChannelTestRequest');

const resultSchema = z.object({
  item: z
    .object({
      ...channelTestShape.shape,
      cost: costSchema.describe('of its probes a day, with the models that it lists'),
    })
    .openapi('ChannelTest'),
});

export function channelTestRoutes(deps: ApiDeps) {
  const { db, channelTests } = deps;
  const { adminRoute } = createRouteKinds(deps, 'targets');
  return createRouter().openapi(
    adminRoute('post', '/api/targets/test', {
      summary: 'Try a channel before it is saved: list its models and ask one; nothing is stored',
      description: `A worker lists the models and asks one, within ${channelTestLimits.timeoutMs / 1000} s, at most ${channelTestLimits.perMinute} times a minute. A masked secret means the stored one, which never goes to another origin. Closing the connection ends the test.`,
      request: { body: jsonBody(testSchema) },
      responses: jsonAnswer(resultSchema, 'what the channel did'),
    }),
    async (c) => {
      const { target_id = null, model = null, ...body } = c.req.valid('json');
      const current = target_id === null ? null : await findTarget(db, target_id);
      const sent = sentFields(body, targetFieldSchemas);
      const patch = current ? withoutMasked(db, current, sent) : withoutAnyMasked(sent);
      if (!current && !patch.base_url) throw missing('base_url');
      if (current) assertKeyKnown(db, current, patch);
      const refusal = refusalOf(current, patch, changerOf(c, deps).own);
      if (refusal) throw refusal;
      const channel = testedChannel(deps, current, patch);
      const sealed_channel = sealTestedChannel(db, channel);
      const result = await channelTests.run({ sealed_channel, model }, c.req.raw.signal);
      const cost = await previewCost(deps, {
        ...{ ...costFieldsOf(patch), target_id },
        listed_models: result.list?.models ?? undefined,
      });
      c.header('Cache-Control', 'no-store');
      return c.json({ item: { ...result, cost } }, 200);
    },
  );
}

/** Without the fields that no request depends on. */
function testedChannel({ db }: ApiDeps, current: Target | null, patch: TargetPatch): TestedChannel {
  const opened = current ? openTarget(db, current) : null;
  const before = opened ?? { base_url: '', api_key: '' };
  const whole = { ...targetDefaults, ...before, ...patch, ...settledKeys(opened, patch) };
  const { base_url, api_key } = whole;
  return { ...targetDefaults, ...sentFields(whole, targetDefaults), base_url, api_key };
}

function withoutAnyMasked(sent: TargetPatch): TargetPatch {
  const hasMaskedKey = sent.keys?.some(({ api_key }) => api_key.includes('…'));
  const field = secretTargetFields.find((name) => sent[name]?.includes('…'));
  const masked = hasMaskedKey ? 'keys' : field;
  if (!masked) return sent;
  const message = `${masked} is the masked form of a stored value; enter it in full`;
  throw new AppError('invalid_input', message, { fields: { [masked]: { code: 'masked_form' } } });
}

function missing(field: string): AppError {
  const message = `${field} is required`;
  return new AppError('invalid_input', message, { fields: { [field]: { code: 'required' } } });
}
