import {
  AppError,
  maskProxyUrl,
  maskSecret,
  type SecretTargetField,
  secretTargetFields,
  type Target,
  type TargetPatch,
  targetFieldSchemas,
} from '@api-monitor/core';
import { type Database, openApiKey, openProxyUrl } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';

/** A target's secrets as an admin may see them. */
export type MaskedSecrets = Pick<Target, SecretTargetField>;

/**
 * A secret is `…` if another installation sealed it: the channel stays readable, and a run says what is
 * wrong.
 */
export function maskedSecrets(db: Database, target: Target): MaskedSecrets {
  return {
    api_key: orHidden(() => maskSecret(openApiKey(db, target))),
    proxy_url: orHidden(() => {
      const url = openProxyUrl(db, target);
      return url === null ? null : maskProxyUrl(url);
    }),
  };
}

function orHidden<Masked>(masked: () => Masked): Masked | '…' {
  try {
    return masked();
  } catch {
    return '…';
  }
}

/** Has a character that no secret may have. */
const masked = z.string().max(2048).includes('…');

/** The bodies' fields of the secrets, whose masked forms come back in a PATCH too. */
export const maskableFields = {
  api_key: z
    .union([targetFieldSchemas.api_key, masked], {
      error: 'must have 1 to 2048 printable ASCII characters without spaces, or be the masked key',
    })
    .optional()
    .describe('the masked form leaves the stored key alone'),
  proxy_url: z
    .union([targetFieldSchemas.proxy_url, masked], {
      error: 'must be an http://, https:// or socks5:// address, direct, or the masked address',
    })
    .optional()
    .describe('direct: no proxy; null: the default one; the masked form leaves it alone'),
};

/** Masked forms leave the stored secrets as they are. Throws AppError `invalid_input` if one isn't theirs. */
export function withoutMasked(db: Database, current: Target, patch: TargetPatch): TargetPatch {
  const kept = { ...patch };
  const shown = maskedSecrets(db, current);
  for (const field of secretTargetFields) {
    const given = patch[field];
    if (!given?.includes('…')) continue;
    if (given !== shown[field]) {
      const message = `${field} is the masked form of another value; enter it in full`;
      throw new AppError('invalid_input', message, {
        fields: { [field]: { code: 'masked_form' } },
      });
    }
    delete kept[field];
  }
  return kept;
}
