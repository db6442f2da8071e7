import { AppError } from '@api-monitor/core';
import { readChannelsTable } from '@api-monitor/db';
import { parse } from 'yaml';
import { entryLimit } from './channel-entry.ts';
import { readCsv } from './csv.ts';
import { fromCsv } from './csv-channels.ts';
import { areOneApiChannels, fromOneApi } from './one-api-channels.ts';

export const uploadFormats = ['json', 'yaml', 'csv', 'sqlite'] as const;
export type UploadFormat = (typeof uploadFormats)[number];

/** Parsing holds everything else up: text of this size takes well under a second. */
const textLimitBytes = 2 * 1024 ** 2;
const sqliteHead = 'SQLite format 3\0';

/**
 * The channels in a file, as yet unchecked: ours in JSON, YAML or CSV, or those of one-api and new-api,
 * from their API's JSON, a dump of their table or their SQLite file. Without a format, the content tells
 * it. Throws AppError `invalid_input` and `payload_too_large`.
 */
export function readUpload(bytes: Buffer, format?: UploadFormat | undefined): unknown[] {
  const entries = readEntries(bytes, format ?? formatOf(bytes));
  if (entries.length > entryLimit) {
    throw new AppError('invalid_input', `the file must hold at most ${entryLimit} channels`);
  }
  return areOneApiChannels(entries) ? fromOneApi(entries) : entries;
}

/** The list in what a YAML or JSON text holds: itself, or under `channels`, `items` or `data`. */
export function readChannelList(text: string, format: 'json' | 'yaml'): unknown[] {
  return listIn(parsed(text, format), 3);
}

function readEntries(bytes: Buffer, format: UploadFormat): unknown[] {
  if (format === 'sqlite') return readChannelsTable(bytes);
  if (bytes.length > textLimitBytes) {
    throw new AppError('payload_too_large', 'a text must not exceed 2 MiB');
  }
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (format !== 'csv') return readChannelList(text, format);
  const rows = readCsv(text);
  return areOneApiChannels(rows) ? rows : fromCsv(rows);
}

function formatOf(bytes: Buffer): UploadFormat {
  if (bytes.subarray(0, sqliteHead.length).toString('latin1') === sqliteHead) return 'sqlite';
  const [firstLine = ''] = bytes.subarray(0, 4096).toString('utf8').trimStart().split('\n');
  if (/^[{[]/.test(firstLine)) return 'json';
  return /^[\w" -]+(,[\w" -]+)+\r?$/.test(firstLine) ? 'csv' : 'yaml';
}

function parsed(text: string, format: 'json' | 'yaml'): unknown {
  try {
    return format === 'json' ? JSON.parse(text) : parse(text, { logLevel: 'error' });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    // The rest of such messages quotes the file, and keys stand in it.
    const place = /at (?:line \d+, column \d+|position \d+)/.exec(message)?.[0] ?? '';
    const fault = `the file is no valid ${format.toUpperCase()} ${place}`.trim();
    throw new AppError('invalid_input', fault, { cause });
  }
}

/** one-api's API answers `{data: […]}`, new-api's `{data: {items: […]}}`. */
function listIn(value: unknown, depth: number): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null && depth > 0) {
    for (const [name, inner] of Object.entries(value)) {
      if (['channels', 'items', 'data'].includes(name)) return listIn(inner, depth - 1);
    }
  }
  throw new AppError('invalid_input', 'the file must hold a list of channels, under "channels"');
}
