import { isRecord } from '../bound-entries.ts';

/** Columns that an import understands; what it can't use of them is named where they are read. */
const used = [
  ...['id', 'type', 'key', 'status', 'name', 'base_url', 'models', 'model_mapping', 'priority'],
  ...['weight', 'tag', 'group', 'header_override', 'headers', 'param_override'],
  'openai_organization',
];
/** Of the settings in one column. */
const usedSettings = new Set(['setting.proxy', 'setting.headers', 'setting.param_override']);
/** What the other tool counted or found out by itself. */
const records = [
  ...['created_time', 'created_at', 'updated_at', 'deleted_at', 'test_time', 'response_time'],
  ...['balance', 'balance_updated_time', 'used_quota', 'channel_info', 'other_info', 'auto_ban'],
  ...['keys', 'multi_key_mode'],
  // The model that the other tool tests; here all are asked.
  'test_model',
];
const understood = new Set([...used, ...records]);
/** Columns that hold several settings, each of which is named. */
const folders = new Set(['setting', 'settings', 'config']);
const mostNames = 20;
const mostCharacters = 64;

/**
 * What a row says that an import leaves out, such as `status_code_mapping` or `setting.force_format`. Only the names: the
 * values may hold passwords.
 */
export function lossesOf(row: Record<string, unknown>): string[] {
  const names = Object.entries(row).flatMap(([column, value]) => {
    if (understood.has(column) || isEmpty(value)) return [];
    if (!folders.has(column)) return [column];
    const inner = objectIn(value);
    if (!inner) return [column];
    const said = Object.entries(inner).filter(([, one]) => !isEmpty(one));
    return said.map(([name]) => `${column}.${name}`).filter((name) => !usedSettings.has(name));
  });
  return shownNames(names);
}

/** As many as a person reads, without what would break a line. */
export function shownNames(names: readonly string[]): string[] {
  return names
    .slice(0, mostNames)
    .map((name) =>
      name.slice(0, mostCharacters).replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD'),
    );
}

function isEmpty(value: unknown): boolean {
  if (isRecord(value) || Array.isArray(value)) return Object.keys(value).length === 0;
  if (typeof value !== 'string') return !value;
  return ['', '0', 'null', '{}', '[]', 'false'].includes(value.replaceAll(/\s/g, ''));
}

/** An object, or the one that a text holds as JSON; null if it is neither. */
export function objectIn(value: unknown): Record<string, unknown> | null {
  if (isRecord(value)) return value;
  if (typeof value !== 'string') return null;
  try {
    const inner: unknown = JSON.parse(value);
    return isRecord(inner) ? inner : null;
  } catch {
    return null;
  }
}
