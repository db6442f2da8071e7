import { AppError } from '@api-monitor/core';
import { isRecord } from './bound-entries.ts';

type Mapping = Record<string, unknown>;

/**
 * The list of channels in a parsed file: a list, or one under `channels`, `items` or `data` (one-api's API
 * answers `{data: […]}`, new-api's `{data: {items: […]}}`), the table `channels` in phpMyAdmin's JSON, or a
 * single channel. Throws AppError `invalid_input`.
 */
export function listIn(value: unknown, depth = 3): unknown[] {
  if (Array.isArray(value)) return value.some(isExportedTable) ? tableIn(value) : value;
  if (isRecord(value) && depth > 0) {
    for (const [name, inner] of Object.entries(value)) {
      if (['channels', 'items', 'data'].includes(name)) return listIn(inner, depth - 1);
    }
    if ('name' in value && ('base_url' in value || 'key' in value)) return [value];
  }
  throw new AppError('invalid_input', 'the file must hold a list of channels, under "channels"');
}

/** phpMyAdmin writes `[{type: "header"}, {type: "database"}, {type: "table", name, data: […]}]`. */
function isExportedTable(part: unknown): part is Mapping & { data: unknown[] } {
  return isRecord(part) && part.type === 'table' && Array.isArray(part.data);
}

function tableIn(parts: readonly unknown[]): unknown[] {
  const tables = parts.filter(isExportedTable);
  const table = tables.find(({ name }) => name === 'channels');
  if (table) return table.data;
  throw new AppError('invalid_input', 'the export of the database has no table "channels"');
}
