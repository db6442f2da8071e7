import { keyLineOf, noKeyYet, sensitiveTargetFields, type Target } from '@api-monitor/core';
import { stringify as stringifyCsv } from 'csv-stringify/sync';
import { stringify } from 'yaml';
import { type ExportFormat, entryFields } from './export-formats.ts';
import { mapInSlices } from './map-in-slices.ts';

type Entry = Record<string, unknown>;

/** Channels as a file that can be imported again. `open` null: without their secrets. */
export async function writeExport(
  targets: readonly Target[],
  format: ExportFormat,
  open: ((target: Target) => Target) | null,
): Promise<string> {
  const isSecret = (field: string) => sensitiveTargetFields.some((secret) => secret === field);
  const fields = entryFields.filter((field) => open !== null || !isSecret(field));
  const write = writers[format];
  // Decrypting thousands of keys and writing their channels takes a second in total.
  const pieces = await mapInSlices(targets, (target) => {
    const whole = open ? open(target) : target;
    const keys = format === 'csv' ? whole.keys.map(keyLineOf) : whole.keys;
    const api_key = whole.api_key === noKeyYet ? undefined : whole.api_key;
    const given = { ...whole, keys, api_key };
    return write.entry(Object.fromEntries(fields.map((field) => [field, given[field]])));
  });
  return write.file(pieces, fields);
}

export interface EntryWriter {
  /** A channel as a part of the file. */
  entry: (entry: Entry) => string;
  file: (pieces: readonly string[], fields: readonly string[]) => string;
}

export const writers: Record<ExportFormat, EntryWriter> = {
  csv: {
    entry: (entry) => writeCsv([Object.values(entry)]),
    // Without the mark, Excel takes UTF-8 for the system's encoding.
    file: (pieces, fields) => `\uFEFF${writeCsv([fields])}${pieces.join('')}`,
  },
  json: {
    entry: (entry) => JSON.stringify(entry, null, 2).replaceAll('\n', '\n    '),
    file: (pieces) =>
      pieces.length === 0
        ? '{\n  "channels": []\n}\n'
        : `{\n  "channels": [\n    ${pieces.join(',\n    ')}\n  ]\n}\n`,
  },
  yaml: {
    entry: (entry) => stringify({ channels: [entry] }).replace('channels:\n', ''),
    file: (pieces) => (pieces.length === 0 ? 'channels: []\n' : `channels:\n${pieces.join('')}`),
  },
};

/**
 * Cells as CSV (RFC 4180), the items of a list one a line. What a spreadsheet would calculate gets an
 * apostrophe in front. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function writeCsv(rows: readonly (readonly unknown[])[]): string {
  return stringifyCsv([...rows], {
    record_delimiter: 'windows',
    escape_formulas: true,
    // By default only whole record delimiters are quoted; a bare NULL would be an empty cell.
    quoted_match: /[\r\n]|^(?:NULL|null|\\N)$/,
    cast: {
      boolean: String,
      string: (text) => (looksGuarded.test(text) ? `'${text}` : text),
      object: (list) => (Array.isArray(list) ? listCell(list) : ''),
    },
  });
}

/** Would lose its own apostrophe when it is read again. */
const looksGuarded = /^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A line break at the end says that commas and spaces belong to the items. */
function listCell(items: readonly string[]): string {
  const cell = items.join('\n');
  const end = items.some((item) => /^\s|,|\s$/.test(item)) ? '\n' : '';
  return (looksGuarded.test(cell) ? `'${cell}` : cell) + end;
}
