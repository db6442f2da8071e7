import { AppError } from '@api-monitor/core';
import { readChannelsTable } from '@api-monitor/db/read-channels-table';
import { importLimits } from '../import-limits.ts';
import { boundEntries, isRecord } from './bound-entries.ts';
import { areOneApiChannels, fromOneApi } from './one-api-channels.ts';
import { fromCsv, readCsv } from './read-csv.ts';
import { readYaml } from './read-yaml.ts';
import type { UploadFormat } from './upload-formats.ts';

const sqliteHead = 'SQLite format 3\0';

/**
 * The channels in a file, not validated yet: an export of this monitor in JSON, YAML or CSV, or channels of
 * one-api or new-api as their API's JSON, a dump of their table or their SQLite file. Without a format, the
 * content decides. Throws AppError `invalid_input` and `payload_too_large`. It may take seconds and much
 * memory, and a hostile SQLite file never ends: `createUploadReader` runs it in a process that can be killed.
 */
export function readUpload(bytes: Buffer, format?: UploadFormat | undefined): unknown[] {
  const entries = readEntries(bytes, format ?? formatOf(bytes));
  return boundEntries(areOneApiChannels(entries) ? fromOneApi(entries) : entries);
}

/** The channels in a `CHANNELS_FILE`, in YAML, of which JSON is a part. Throws as `readUpload`. */
export function readChannelsFile(bytes: Buffer): unknown[] {
  return boundEntries(listIn(parsed(textOf(bytes), 'yaml'), 3));
}

function readEntries(bytes: Buffer, format: UploadFormat): unknown[] {
  if (format === 'sqlite') return readChannelsTable(bytes);
  const text = textOf(bytes);
  if (format !== 'csv') return listIn(parsed(text, format), 3);
  const rows = readCsv(text);
  return areOneApiChannels(rows) ? rows : fromCsv(rows);
}

function textOf(bytes: Buffer): string {
  const { textMiB } = importLimits;
  if (bytes.length > textMiB * 1024 ** 2) {
    throw new AppError('payload_too_large', `a text file must not exceed ${textMiB} MiB`);
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function formatOf(bytes: Buffer): UploadFormat {
  if (bytes.subarray(0, sqliteHead.length).toString('latin1') === sqliteHead) return 'sqlite';
  const [firstLine = ''] = bytes.subarray(0, 4096).toString('utf8').trimStart().split('\n');
  if (/^[{[]/.test(firstLine)) return 'json';
  return /^[\w" -]+(,[\w" -]+)+\r?$/.test(firstLine) ? 'csv' : 'yaml';
}

function parsed(text: string, format: 'json' | 'yaml'): unknown {
  try {
    return format === 'json' ? JSON.parse(text) : readYaml(text);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const message = cause instanceof Error ? cause.message : '';
    // The rest of the message quotes the file, which holds keys.
    const place = /at (?:line \d+, column \d+|position \d+)/.exec(message)?.[0] ?? '';
    const fault = `the file is not valid ${format.toUpperCase()} ${place}`.trim();
    throw new AppError('invalid_input', fault, { cause });
  }
}

/** one-api's API answers `{data: […]}`, new-api's `{data: {items: […]}}`. */
function listIn(value: unknown, depth: number): unknown[] {
  if (Array.isArray(value)) return value;
  if (isRecord(value) && depth > 0) {
    for (const [name, inner] of Object.entries(value)) {
      if (['channels', 'items', 'data'].includes(name)) return listIn(inner, depth - 1);
    }
  }
  throw new AppError('invalid_input', 'the file must hold a list of channels, under "channels"');
}
