import { randomBytes } from 'node:crypto';
import {
  AppError,
  budgetPeriods,
  budgetUnits,
  changesBetween,
  type ProxyKey,
  type ProxyKeyInput,
  proxyKeyDefaults,
  proxyKeyFieldSchemas,
  proxyKeyShape,
} from '@api-monitor/core';
import {
  createProxyKey,
  type Database,
  hashProxyKey,
  inTransaction,
  listProxyKeys,
  listTargetsByIds,
  readBudgets,
  regenerateProxyKey,
  revokeProxyKey,
  updateProxyKey,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { answerShape, readOnlyFields } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { findProxyKey } from './find-key.ts';

/** A key as it is answered: the key itself isn't stored. */
const proxyKeySchema = answerShape(proxyKeyShape).openapi('ProxyKey');

/** The answer that shows a key's text, the one time that it is known. */
const shownKeySchema = z.object({
  item: proxyKeySchema,
  proxy_key: z.string().describe('the key itself, shown only once'),
});

const budgetSchema = z
  .object({
    key_id: z.int(),
    unit: z.enum(budgetUnits),
    period: z.enum(budgetPeriods),
    limit: z.number(),
    used: z.number(),
    started_at: z.number().describe('when the period began, in Unix seconds; 0: with the key'),
    resets_at: z.number().nullable().describe('Unix seconds; null: never'),
  })
  .openapi('KeyBudget');

const bodyFields = {
  ...z.object(proxyKeyFieldSchemas).partial().shape,
  ...readOnlyFields(proxyKeySchema.shape, proxyKeyFieldSchemas),
};

const createProxyKeySchema = z
  .strictObject({ ...bodyFields, name: proxyKeyFieldSchemas.name })
  .openapi('NewProxyKey');

const patchProxyKeySchema = z.strictObject(bodyFields).openapi('ProxyKeyPatch');

export function proxyKeyRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'gateway');
  const publishChange = (id: number) =>
    deps.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [id] } });

  return createRouter()
    .openapi(
      sessionRoute('get', '/api/proxy/keys', {
        summary: "The gateway's keys, including revoked ones",
        responses: jsonAnswer(z.object({ items: z.array(proxyKeySchema) }), 'the keys'),
      }),
      async (c) => c.json({ items: await listProxyKeys(db) }, 200),
    )
    .openapi(
      sessionRoute('get', '/api/proxy/keys/budgets', {
        summary: 'What the keys have used of their budgets; the newest second may be missing',
        responses: jsonAnswer(
          z.object({ items: z.array(budgetSchema) }),
          'keys without budgets are left out',
        ),
      }),
      async (c) => {
        const keys = (await listProxyKeys(db)).filter(({ revoked_at }) => revoked_at === null);
        return c.json({ items: await readBudgets(db, keys, now()) }, 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/proxy/keys', {
        summary: 'Create a key for the gateway; it is shown only once',
        request: { body: jsonBody(createProxyKeySchema) },
        responses: jsonAnswer(shownKeySchema, 'the new key'),
      }),
      async (c) => {
        const input = await withDefaults(deps, c.req.valid('json'));
        const { text, ...secret } = makeProxyKey();
        const item = await inTransaction(db, async (tx) => {
          const created = await createProxyKey(tx, { ...input, ...secret }, now());
          await c.var.audit(tx, 'proxy_key.created', created, changesBetween({}, { ...input }));
          return created;
        });
        await publishChange(item.id);
        c.header('Cache-Control', 'no-store');
        return c.json({ item, proxy_key: text }, 200);
      },
    )
    .openapi(
      sessionRoute('patch', '/api/proxy/keys/{id}', {
        summary: 'Change or pause a key; every gateway follows within a second',
        request: { params: idParams, body: jsonBody(patchProxyKeySchema) },
        responses: jsonAnswer(z.object({ item: proxyKeySchema }), 'the changed key'),
      }),
      async (c) => {
        const current = await findProxyKey(db, c.req.valid('param').id);
        const patch = sentFields(c.req.valid('json'), proxyKeyFieldSchemas);
        if (patch.allowed_target_ids) {
          const known = current.allowed_target_ids;
          patch.allowed_target_ids = await checkedTargetIds(db, patch.allowed_target_ids, known);
        }
        const item = await inTransaction(db, async (tx) => {
          const changed = await updateProxyKey(tx, current.id, patch);
          if (!changed) throw revokedError(current);
          const changes = changesBetween({ ...current }, { ...patch });
          await c.var.audit(tx, 'proxy_key.changed', changed, changes);
          return changed;
        });
        await publishChange(item.id);
        return c.json({ item }, 200);
      },
    )
    .openapi(
      sessionRoute('delete', '/api/proxy/keys/{id}', {
        summary: 'Revoke a key for good; every gateway refuses it within a second',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'revoked, now or earlier'),
      }),
      async (c) => {
        const key = await findProxyKey(db, c.req.valid('param').id);
        await inTransaction(db, async (tx) => {
          if (await revokeProxyKey(tx, key.id, now()))
            await c.var.audit(tx, 'proxy_key.revoked', key);
        });
        await publishChange(key.id);
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/proxy/keys/{id}/regenerate', {
        summary:
          'Replace the text of a key; the new one is shown only once, and the old one stops working',
        request: { params: idParams },
        responses: jsonAnswer(shownKeySchema, 'the key and its new text'),
      }),
      async (c) => {
        const current = await findProxyKey(db, c.req.valid('param').id);
        const { text, ...secret } = makeProxyKey();
        const item = await inTransaction(db, async (tx) => {
          const changed = await regenerateProxyKey(tx, current.id, secret);
          if (!changed) throw revokedError(current);
          await c.var.audit(tx, 'proxy_key.regenerated', changed);
          return changed;
        });
        await publishChange(item.id);
        c.header('Cache-Control', 'no-store');
        return c.json({ item, proxy_key: text }, 200);
      },
    );
}

/**
 * A new key: a prefix that secret scanners know, then 256 random bits, for which a plain SHA-256 is as good
 * as a slow hash. `text` is shown once and never stored.
 */
function makeProxyKey() {
  const text = `sk-am-${randomBytes(32).toString('base64url')}`;
  return { text, key_hash: hashProxyKey(text), key_prefix: text.slice(0, 10) };
}

/** For a change to a key that was revoked, before or meanwhile. */
function revokedError(key: ProxyKey): AppError {
  return new AppError('conflict', `proxy key "${key.name}" is revoked; create a new one`);
}

async function withDefaults(
  { db, now }: ApiDeps,
  body: z.output<typeof createProxyKeySchema>,
): Promise<ProxyKeyInput> {
  const { name, expires_at } = body;
  if (typeof expires_at === 'number' && expires_at <= now()) {
    const fields = { expires_at: { code: 'not_in_future' } } as const;
    const message = 'expires_at must be in the future (Unix seconds)';
    throw new AppError('invalid_input', message, { fields });
  }
  return {
    ...proxyKeyDefaults,
    ...sentFields(body, proxyKeyFieldSchemas),
    name,
    allowed_target_ids: await checkedTargetIds(db, body.allowed_target_ids ?? []),
  };
}

/**
 * Each id once. Throws AppError `invalid_input` for a channel that doesn't exist, except those of `known`:
 * they may have been deleted since.
 */
async function checkedTargetIds(
  db: Database,
  ids: readonly number[],
  known: readonly number[] = [],
): Promise<number[]> {
  const unique = [...new Set(ids)];
  const added = unique.filter((id) => !known.includes(id));
  const found = new Set((await listTargetsByIds(db, added)).map((target) => target.id));
  const missing = added.find((id) => !found.has(id));
  if (missing === undefined) return unique;
  const fields = { allowed_target_ids: { code: 'does_not_exist' } } as const;
  const message = `allowed_target_ids: there is no channel ${missing}`;
  throw new AppError('invalid_input', message, { fields });
}
