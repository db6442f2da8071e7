import { AppError } from '@api-monitor/core';
import { parse } from 'csv-parse/sync';
import { importLimits } from './import-limits.ts';

/** What a spreadsheet would take for a formula: OWASP's list for CSV injection. */
const formulaStart = /^[=+\-@\t\r]/;
const guarded = /^'[=+\-@\t\r]/;

/** Cells as CSV (RFC 4180). What a spreadsheet would calculate gets an apostrophe in front. */
export function writeCsv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/** Rows by the names in the first line; empty cells are left out. Throws AppError `invalid_input`. */
export function readCsv(text: string): Record<string, string>[] {
  try {
    const rows = parse(text, {
      bom: true,
      columns: boundColumns,
      skip_empty_lines: true,
      trim: true,
      // One too many, so that the count refuses the file.
      to: importLimits.channels + 1,
    });
    return rows.map(filledCells);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // The rest of such messages quotes the file, and keys stand in it.
    const line = cause instanceof Error ? /on line \d+|at line \d+/.exec(cause.message)?.[0] : null;
    throw new AppError('invalid_input', `the file is no valid CSV ${line ?? ''}`.trim(), { cause });
  }
}

function boundColumns(names: string[]): string[] {
  const { fieldsOfChannel } = importLimits;
  if (names.length <= fieldsOfChannel) return names;
  throw new AppError('invalid_input', `the file must have at most ${fieldsOfChannel} columns`);
}

function filledCells(row: unknown): Record<string, string> {
  const cells = Object.entries(row as Record<string, string>).filter(([, cell]) => cell !== '');
  return Object.fromEntries(
    cells.map(([name, cell]) => [name, guarded.test(cell) ? cell.slice(1) : cell]),
  );
}

function cellOf(value: unknown): string {
  const text = Array.isArray(value) ? value.join('\n') : String(value ?? '');
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
