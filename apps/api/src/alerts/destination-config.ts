import {
  AppError,
  type Destination,
  type FieldErrorCode,
  isSameOrigin,
  maskSecret,
} from '@api-monitor/core';
import { type Database, openDestinationConfig } from '@api-monitor/db';
import {
  adapters,
  type DestinationKind,
  destinationKinds,
  secretFieldsOf,
} from '@api-monitor/notify';
import { z } from '@hono/zod-openapi';
import { invalidInput } from '../errors/invalid-input.ts';

/** What a destination's adapter needs, by the names of its fields. */
export type Config = Record<string, unknown>;

/** The config in the clear; null if another installation sealed it, or if its kind no longer exists. */
export async function readConfig(
  db: Database,
  { id, kind }: Pick<Destination, 'id' | 'kind'>,
): Promise<Config | null> {
  if (!isKnownKind(kind)) return null;
  try {
    return z.record(z.string(), z.unknown()).parse(await openDestinationConfig(db, id));
  } catch (error) {
    if (error instanceof AppError && error.code === 'encryption_key_mismatch') return null;
    throw error;
  }
}

export function isKnownKind(kind: string): kind is DestinationKind {
  return destinationKinds.some((one) => one === kind);
}

/** The config as an admin may see it. */
export function maskedConfig(kind: DestinationKind, config: Config): Config {
  const secrets = secretFieldsOf(kind);
  return Object.fromEntries(
    Object.entries(config).map(([field, value]) => [
      field,
      secrets.includes(field) ? masked(value) : value,
    ]),
  );
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === 'string' && value !== '' ? maskSecret(value) : value;
}

/**
 * A config that an admin entered, checked and with its defaults. Masked forms mean the stored secrets,
 * which never go to another server. Throws AppError `invalid_input` that names the field, as `config.url`.
 */
export function checkedConfig(kind: DestinationKind, given: Config, stored: Config | null): Config {
  const { config, kept } = unmasked(kind, given, stored);
  const parsed = adapters[kind].config.safeParse(config);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({
      ...issue,
      path: ['config', ...issue.path],
    }));
    throw invalidInput(new z.ZodError(issues), { config });
  }
  const [first] = kept;
  if (first !== undefined && stored && !isSameServer(kind, stored, parsed.data)) {
    throw wrong(first, 'must be entered again when the server changes', 'reenter_key');
  }
  return parsed.data;
}

/** The config with the stored secrets in place of their masked forms, and which fields have such. */
function unmasked(kind: DestinationKind, given: Config, stored: Config | null) {
  const config = { ...given };
  const kept: string[] = [];
  for (const field of secretFieldsOf(kind)) {
    const value = given[field];
    if (!hasMask(value)) continue;
    config[field] = withStored(field, value, stored?.[field]);
    kept.push(field);
  }
  return { config, kept };
}

/** No secret may have this character. */
function hasMask(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasMask);
  return typeof value === 'string' && value.includes('…');
}

function withStored(field: string, value: unknown, stored: unknown): unknown {
  const all = Array.isArray(stored) ? [...stored] : [stored];
  const replace = (one: unknown): unknown => {
    if (!hasMask(one)) return one;
    const at = all.findIndex((secret) => typeof secret === 'string' && masked(secret) === one);
    if (at < 0) {
      throw wrong(field, 'is the masked form of another value; enter it in full', 'masked_form');
    }
    return all.splice(at, 1)[0];
  };
  return Array.isArray(value) ? value.map(replace) : replace(value);
}

/**
 * Whether both send to the same server: secrets that stay would go there. With less of a check it may be
 * another one.
 */
function isSameServer(kind: DestinationKind, before: Config, after: Config): boolean {
  const isUnverified = before.verify_ssl === true && after.verify_ssl === false;
  if (isUnverified || serverFields.some((field) => before[field] !== after[field])) return false;
  return adapters[kind].fields.every(({ name, input }) => {
    if (input !== 'url') return true;
    const [old, next] = [before[name], after[name]];
    const areTexts = typeof old === 'string' && typeof next === 'string';
    return old === next || (areTexts && isSameOrigin(old, next));
  });
}

/** What tells a server apart that has no address of its own. */
const serverFields = ['host', 'port', 'ca_certificate'];

function wrong(field: string, words: string, code: FieldErrorCode): AppError {
  const path = `config.${field}`;
  return new AppError('invalid_input', `${path} ${words}`, { fields: { [path]: { code } } });
}
