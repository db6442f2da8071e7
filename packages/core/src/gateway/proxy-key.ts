import { z } from 'zod';

/** A gateway credential. The key itself is shown once and kept as its SHA-256. Times: Unix seconds. */
export interface ProxyKey {
  id: number;
  name: string;
  key_prefix: string;
  /** Empty: every channel. */
  allowed_target_ids: number[];
  /** "channel/model"; empty: every model of the allowed channels. */
  allowed_models: string[];
  description: string;
  /** false: paused. */
  enabled: boolean;
  created_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
  last_used_target_id: number | null;
  expires_at: number | null;
  /** Requests a minute. */
  rpm_limit: number | null;
  /** Tokens a minute, in and out. */
  tpm_limit: number | null;
}

/** Every field of a proxy key that a caller may set, with its bounds. */
export const proxyKeyFieldSchemas = {
  name: z.string().trim().min(1).max(128),
  allowed_target_ids: z.array(z.int().positive()).max(5000),
  allowed_models: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^[^/]+\/.+$/, 'must have the form channel/model'),
    )
    .max(5000),
  description: z.string().max(512),
  enabled: z.boolean(),
  expires_at: z.number().positive().nullable(),
  rpm_limit: z.int().min(1).max(1_000_000).nullable(),
  tpm_limit: z.int().min(1).max(1_000_000_000).nullable(),
};
