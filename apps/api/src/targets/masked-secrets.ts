import { isDeepStrictEqual } from 'node:util';
import {
  AppError,
  type FieldErrorCode,
  faultsOfKeys,
  isSameOrigin,
  keysSchema,
  maskProxyUrl,
  maskSecret,
  noKeyYet,
  type SecretTargetField,
  secretTargetFields,
  type Target,
  type TargetKey,
  type TargetPatch,
  targetFieldSchemas,
  withKeyNames,
} from '@api-monitor/core';
import { type Database, openApiKey, openKeys, openProxyUrl } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';

/** A target's secrets as an admin may see them. */
export type MaskedSecrets = Pick<Target, SecretTargetField | 'keys'>;

/**
 * A secret is `…` if another installation sealed it: the channel stays readable, and a run says what is
 * wrong.
 */
export function maskedSecrets(db: Database, target: Target): MaskedSecrets {
  return {
    api_key: orHidden(() => maskedKey(openApiKey(db, target))),
    proxy_url: orHidden(() => {
      const url = openProxyUrl(db, target);
      return url === null ? null : maskProxyUrl(url);
    }),
    keys: storedKeys(db, target).map((key) => ({ ...key, api_key: maskSecret(key.api_key) })),
  };
}

/** Empty if the key isn't known yet. */
function maskedKey(key: string): string {
  return key === noKeyYet ? '' : maskSecret(key);
}

/** In the clear; `…` in place of each key if another installation sealed them. */
function storedKeys(db: Database, target: Target): TargetKey[] {
  if (target.keys.length === 0) return [];
  try {
    return openKeys(db, target);
  } catch {
    return target.keys.map((key) => ({ ...key, api_key: '…' }));
  }
}

function onlyKey(db: Database, target: Target): TargetKey[] {
  const api_key = orHidden(() => openApiKey(db, target));
  return [{ name: '', api_key, enabled: true }];
}

function orHidden<Masked>(masked: () => Masked): Masked | '…' {
  try {
    return masked();
  } catch {
    return '…';
  }
}

/** Has a character that no secret may have. */
const masked = z.string().max(2048).includes('…', { abort: true });

/** The bodies' fields of the secrets, whose masked forms come back in a PATCH too. */
export const maskableFields = {
  api_key: z
    .union([targetFieldSchemas.api_key, masked, z.literal('')], {
      error: 'must have 1 to 2048 printable ASCII characters without spaces, or be the masked key',
    })
    .optional()
    .describe('the masked form leaves the stored key alone'),
  keys: keysSchema(
    z.union([targetFieldSchemas.api_key, masked], {
      error: 'must have 1 to 2048 printable ASCII characters without spaces, or be the masked key',
    }),
  )
    .optional()
    .describe(
      'the whole list, in its order; a masked form means the stored key, first of its name',
    ),
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
    // An empty key is the masked form of one that isn't known yet.
    const isMasked = given?.includes('…') || (field === 'api_key' && given === '');
    if (!isMasked) continue;
    if (given === '' && shown.api_key !== '') throw keyRequired();
    if (given !== shown[field]) {
      const message = `${field} is the masked form of another value; enter it in full`;
      throw new AppError('invalid_input', message, {
        fields: { [field]: { code: 'masked_form' } },
      });
    }
    delete kept[field];
  }
  if (patch.keys === undefined) return kept;
  const keys = unmaskedKeys(db, current, patch.keys, patch.base_url);
  if (isDeepStrictEqual(keys, storedKeys(db, current))) delete kept.keys;
  else kept.keys = keys;
  return kept;
}

/** The list with the stored keys in place of their masked forms. */
function unmaskedKeys(
  db: Database,
  current: Target,
  given: readonly TargetKey[],
  baseUrl = current.base_url,
): TargetKey[] {
  // The only key of a channel that gets a list may be in it.
  const free = current.keys.length > 0 ? storedKeys(db, current) : onlyKey(db, current);
  const take = (fits: (key: TargetKey) => boolean) => {
    const at = free.findIndex(fits);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  const found = new Map<TargetKey, TargetKey>();
  const maskedKeys = given.filter(({ api_key }) => api_key.includes('…'));
  const matches = (one: TargetKey) => (key: TargetKey) => maskSecret(key.api_key) === one.api_key;
  for (const one of maskedKeys) {
    const stored = take((key) => key.name === one.name && matches(one)(key));
    if (stored) found.set(one, stored);
  }
  for (const [index, one] of given.entries()) {
    if (!maskedKeys.includes(one)) continue;
    const path = `keys.${index}.api_key`;
    if (!isSameOrigin(current.base_url, baseUrl)) {
      throw invalidKey(
        path,
        'must be entered again when base_url moves to another origin',
        'reenter_key',
      );
    }
    const stored = found.get(one) ?? take(matches(one));
    // Keys that another installation sealed can't be kept by their masks.
    if (!stored || stored.api_key.includes('…')) {
      throw invalidKey(
        path,
        'is the masked form of another value; enter it in full',
        'masked_form',
      );
    }
    found.set(one, stored);
  }
  const keys = withKeyNames(
    given.map((one) => ({ ...one, api_key: found.get(one)?.api_key ?? one.api_key })),
  );
  const [fault] = faultsOfKeys(keys);
  if (fault) throw invalidKey(['keys', ...fault.path].join('.'), fault.message, 'repeated');
  return keys;
}

function invalidKey(path: string, words: string, code: FieldErrorCode): AppError {
  return new AppError('invalid_input', `${path} ${words}`, { fields: { [path]: { code } } });
}

/** Throws AppError `invalid_input` if a channel without a key would be asked. */
export function assertKeyKnown(db: Database, target: Target, patch: TargetPatch = {}): void {
  if (patch.api_key !== undefined || patch.keys !== undefined) return;
  if (maskedSecrets(db, target).api_key === '') throw keyRequired();
}

function keyRequired(): AppError {
  return new AppError('invalid_input', 'the channel has no API key yet: enter it first', {
    fields: { api_key: { code: 'required' } },
  });
}
