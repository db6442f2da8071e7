import { proxyKeyFieldSchemas } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const unixSeconds = z.number().openapi({ description: 'Unix seconds' });

/** A key as it comes back: the key itself is kept nowhere. */
export const proxyKeySchema = z
  .object({
    id: z.int(),
    name: z.string(),
    key_prefix: z.string().openapi({ description: 'the first characters, to tell keys apart' }),
    allowed_target_ids: z.array(z.int()).openapi({ description: 'empty: every channel' }),
    allowed_models: z
      .array(z.string())
      .openapi({ description: '"channel/model"; empty: every model of the allowed channels' }),
    description: z.string(),
    enabled: z.boolean().openapi({ description: 'false: paused' }),
    created_at: unixSeconds,
    revoked_at: unixSeconds.nullable(),
    last_used_at: unixSeconds.nullable(),
    last_used_target_id: z.int().nullable(),
    expires_at: unixSeconds.nullable(),
    rpm_limit: z.int().nullable().openapi({ description: 'requests a minute' }),
    tpm_limit: z.int().nullable().openapi({
      description:
        'tokens a minute, in and out; requests under way reserve what they may take, and one that comes alone is admitted while anything is left',
    }),
  })
  .openapi('ProxyKey');

/** The answer that shows a key's text, the one time that it is known. */
export const shownKeySchema = z.object({
  item: proxyKeySchema,
  proxy_key: z.string().openapi({ description: 'the key itself, shown this once' }),
});

/** A key's own fields that no caller sets: accepted, so that read-change-write scripts go on, and dropped. */
const ignored = z.unknown().optional().openapi({ description: 'read-only: ignored' });
const readOnlyFields = {
  id: ignored,
  key_prefix: ignored,
  created_at: ignored,
  revoked_at: ignored,
  last_used_at: ignored,
  last_used_target_id: ignored,
};
const optionalFields = z.object(proxyKeyFieldSchemas).partial().shape;

export const createProxyKeySchema = z
  .strictObject({ ...optionalFields, name: proxyKeyFieldSchemas.name, ...readOnlyFields })
  .openapi('NewProxyKey');

export const patchProxyKeySchema = z
  .strictObject({ ...optionalFields, ...readOnlyFields })
  .openapi('ProxyKeyPatch');

export type CreateProxyKeyBody = z.output<typeof createProxyKeySchema>;
