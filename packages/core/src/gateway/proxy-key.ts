import { z } from 'zod';
import { routingPolicies } from '../routing/routing-policy.ts';
import { unixSeconds } from '../shape.ts';

const allowedForms =
  'must be channel/model, a model, a pattern of either with *, or tag:name, without a slash before it';

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
};

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
