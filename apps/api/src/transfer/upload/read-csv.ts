import { AppError, type FieldKind, fieldKindsOf, targetShape } from '@api-monitor/core';
import { parse } from 'csv-parse/sync';
import { importLimits, tooMuch } from '../import-limits.ts';
import { splitCsv } from './split-csv.ts';

/** A cell that `writeCsv` guarded with an apostrophe, because a spreadsheet would calculate it. */
const guarded = /^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** How databases write an empty cell; in quotes it is a text. */
const nulls = new Set(['NULL', 'null', '\\N']);

/** Other tools' names for the columns. */
const synonyms: Record<string, string> = {
  url: 'base_url',
  baseurl: 'base_url',
  base: 'base_url',
  key: 'api_key',
  apikey: 'api_key',
  token: 'api_key',
  models: 'selected_models',
};
const kinds: Readonly<Record<string, FieldKind>> = fieldKindsOf(targetShape);
const words = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/**
 * Rows of a CSV as entries; one cell holds the models, separated by commas or line breaks, and one the keys,
 * a line each: `name: key`, or the key alone, after `# ` if it is disabled.
 */
export function fromCsv(rows: readonly Record<string, string>[]): unknown[] {
  return rows.map((row) => {
    const fields = Object.entries(row).map(([column, cell]) => {
      const name = column.toLowerCase().replaceAll(/[\s-]/g, '_');
      // An export of this monitor always fills `models_mode`, and its names are its own.
      const isOurs = Object.hasOwn(row, 'models_mode');
      const field = !isOurs && Object.hasOwn(synonyms, name) ? (synonyms[name] ?? name) : name;
      return [field, isOurs ? ownValue(field, cell) : valueOfCell(field, cell)];
    });
    return withKeyLines(Object.fromEntries(fields));
  });
}

/** A cell with several keys, one a line. */
function withKeyLines(entry: Record<string, unknown>): Record<string, unknown> {
  const { api_key, ...rest } = entry;
  if (typeof api_key !== 'string' || !api_key.includes('\n') || 'keys' in rest) return entry;
  const lines = api_key.split('\n').map((line) => line.trim());
  return { ...rest, keys: lines.filter(Boolean) };
}

/** `writeCsv` separates the items of a list by line breaks, and ends it with one if they may hold commas. */
function ownValue(field: string, cell: string): unknown {
  const isList = Object.hasOwn(kinds, field) && kinds[field] === 'json';
  return isList && cell.includes('\n')
    ? cell.split('\n').filter(Boolean)
    : valueOfCell(field, cell);
}

/** A cell that doesn't fit its field stays a text, so that the field's own fault is reported. */
function valueOfCell(field: string, cell: string): unknown {
  const kind = Object.hasOwn(kinds, field) ? kinds[field] : 'text';
  if (kind === 'boolean') return words.get(cell.toLowerCase()) ?? cell;
  if (kind === 'number') return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  if (kind !== 'json') return cell;
  return cell
    .split(/[,\n]/)
    .map((model) => model.trim())
    .filter(Boolean);
}

/** Rows as objects, by the names in the first line, without empty cells. Throws AppError `invalid_input`. */
export function readCsv(raw: string): Record<string, string>[] {
  try {
    const { text, delimiter } = splitCsv(raw);
    const rows = parse(text, {
      delimiter,
      bom: true,
      columns: boundColumns,
      skip_empty_lines: true,
      trim: true,
      cast: (cell, { quoting }) => (!quoting && nulls.has(cell) ? '' : cell),
      // One too many, so that counting them refuses the file.
      to: importLimits.channels + 1,
    });
    return rows.map(filledCells);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // The rest of the message quotes the file, which holds keys.
    const line = cause instanceof Error ? /on line \d+|at line \d+/.exec(cause.message)?.[0] : null;
    throw new AppError('invalid_input', `the file is not valid CSV ${line ?? ''}`.trim(), {
      cause,
    });
  }
}

function boundColumns(names: string[]): string[] {
  const { fieldsOfChannel } = importLimits;
  if (names.length <= fieldsOfChannel) return names;
  throw tooMuch(`${fieldsOfChannel} columns`);
}

function filledCells(row: unknown): Record<string, string> {
  const cells = Object.entries(row as Record<string, string>).filter(([, cell]) => cell !== '');
  return Object.fromEntries(
    cells.map(([name, cell]) => [name, guarded.test(cell) ? cell.slice(1) : cell]),
  );
}
