import { alertRulesShape, changesBetween } from '@api-monitor/core';
import { inTransaction, lockSettings, readAlertRules, writeAlertRules } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { answerShape } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';

const rulesSchema = answerShape(alertRulesShape).openapi('AlertRules');
const patchSchema = z.strictObject(alertRulesShape.partial().shape).openapi('AlertRulesPatch');
const answerSchema = z.object({ item: rulesSchema });

export function alertRuleRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'alerts');
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/alerts/rules', {
        summary: 'When people are told',
        responses: jsonAnswer(answerSchema, 'the rules'),
      }),
      async (c) => c.json({ item: await readAlertRules(db) }, 200),
    )
    .openapi(
      sessionRoute('patch', '/api/alerts/rules', {
        summary: 'Change when people are told; what is open is judged by the new rules',
        request: { body: jsonBody(patchSchema) },
        responses: jsonAnswer(answerSchema, 'the rules'),
      }),
      async (c) => {
        const patch = sentFields(c.req.valid('json'), alertRulesShape.shape);
        const item = await inTransaction(db, async (tx) => {
          await lockSettings(tx);
          const before = await readAlertRules(tx);
          const rules = { ...before, ...patch };
          await writeAlertRules(tx, rules, now());
          await c.var.audit(tx, 'alert_rules.changed', null, changesBetween(before, patch));
          return rules;
        });
        await deps.bus.events.publish({ type: 'alerts_changed', data: {} });
        return c.json({ item }, 200);
      },
    );
}
