import {
  AppError,
  isSameOrigin,
  maskSecret,
  type Target,
  type TargetPatch,
} from '@api-monitor/core';
import { type Database, openApiKey } from '@api-monitor/db';
import { createRoute, type z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { changeTarget } from './change-target.ts';
import { findTarget, targetIdParams } from './find-target.ts';
import { targetItemSchema } from './get-target.ts';
import { assertElsewhere } from './own-address.ts';
import { rawJson } from './raw-json.ts';
import { type PatchTargetBody, patchTargetSchema, settableFields } from './target-body-schema.ts';
import { viewTarget } from './view-targets.ts';

export function updateTargetRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/targets/{id}',
    summary: 'Change a channel',
    description: "Refused if it would move to this monitor's own address.",
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: { params: targetIdParams, body: jsonBody(patchTargetSchema) },
    responses: jsonAnswer(targetItemSchema, 'the changed channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const current = await findTarget(deps.db, c.req.valid('param').id);
    const patch = patchOf(deps.db, current, c.req.valid('json'));
    const { base_url = current.base_url } = patch;
    if (base_url !== current.base_url) assertElsewhere(c, deps, base_url);
    const target = await changeTarget(deps, c.var.actor, current, patch);
    const text = `{"item":${await viewTarget(deps, target, c.var.caller)}}`;
    return rawJson<z.infer<typeof targetItemSchema>>(c, text);
  });
}

/** The masked key leaves the stored one alone; another origin needs the key entered again. */
function patchOf(db: Database, current: Target, body: PatchTargetBody): TargetPatch {
  const { api_key, ...patch } = settableFields(body);
  const isMasked = api_key?.includes('…') ?? true;
  if (isMasked && api_key !== undefined && api_key !== maskSecret(openApiKey(db, current))) {
    throw new AppError(
      'invalid_input',
      'api_key is the masked form of another key; enter it whole',
    );
  }
  if (isMasked && patch.base_url && !isSameOrigin(current.base_url, patch.base_url)) {
    throw new AppError(
      'invalid_input',
      'api_key must be entered again when base_url moves to another origin',
    );
  }
  return isMasked || api_key === undefined ? patch : { ...patch, api_key };
}
