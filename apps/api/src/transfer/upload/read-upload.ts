import { AppError } from '@api-monitor/core';
import { readChannelsTable } from '@api-monitor/db/read-channels-table';
import { importLimits } from '../import-limits.ts';
import type { ImportNote, Upload, UploadedEntry } from '../import-notes.ts';
import { alertSectionIn, boundEntries } from './bound-entries.ts';
import { type DecodedText, decodeText } from './decode-text.ts';
import { listIn } from './list-in.ts';
import { withMergedKeys } from './merge-keys.ts';
import { areOneApiChannels, fromOneApi } from './one-api/one-api-channels.ts';
import { fromCsv, readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { areLines, readLines } from './read-lines.ts';
import { readYaml } from './read-yaml.ts';
import { isCsv } from './split-csv.ts';
import type { UploadFormat } from './upload-formats.ts';

type TextFormat = Exclude<UploadFormat, 'sqlite'>;

const sqliteHead = 'SQLite format 3\0';

/**
 * The channels in a file, not validated yet: an export of this monitor in JSON, YAML or CSV, or channels of
 * one-api or new-api as their API's JSON, a dump of their table or their SQLite file, or pasted lines. Without a format, the
 * content decides. Throws AppError `invalid_input` and `payload_too_large`. It may take seconds and much
 * memory, and a hostile SQLite file never ends: `createUploadReader` runs it in a process that can be killed.
 */
export function readUpload(bytes: Buffer, format?: UploadFormat | undefined): Upload {
  if (format === 'sqlite' || isSqlite(bytes)) {
    const { rows, isWal } = readChannelsTable(bytes);
    return uploadOf(entriesOf(rows), isWal ? ['wal_missing'] : []);
  }
  const { text, isGuess } = textOf(bytes);
  const { entries, section } = readEntries(text, format ?? formatOf(text));
  return uploadOf(entries, isGuess ? ['read_as_gbk'] : [], section);
}

/** The channels in a `CHANNELS_FILE`, in YAML, of which JSON is a part. Throws as `readUpload`. */
export function readChannelsFile(bytes: Buffer): Upload {
  return uploadOf(ownEntries(withMergedKeys(listIn(readYaml(textOf(bytes).text).value))), []);
}

function uploadOf(
  entries: readonly UploadedEntry[],
  codes: readonly ImportNote['code'][],
  section?: unknown,
): Upload {
  const bounded = boundEntries(entries.map(({ entry }) => entry));
  return {
    entries: entries.map((one, index) => ({ ...one, entry: bounded[index] })),
    notes: codes.map((code) => ({ code, params: {} })),
    alerts: section === undefined ? [] : [{ section, file: null, line: 1, lines: [] }],
  };
}

interface ReadEntries {
  entries: UploadedEntry[];
  /** What it says about alerts; absent: nothing. */
  section?: unknown;
}

function readEntries(text: string, format: TextFormat): ReadEntries {
  if (format === 'csv') {
    const rows = readCsv(text);
    const isOther = areOneApiChannels(rows);
    return { entries: isOther ? fromOneApi(rows) : ownEntries(fromCsv(rows)) };
  }
  if (format === 'lines') return { entries: readLines(text) };
  const value = format === 'json' ? readJson(text) : readYaml(text).value;
  const rows = format === 'json' ? listIn(value) : withMergedKeys(listIn(value));
  return { entries: entriesOf(rows), section: alertSectionIn(value) };
}

function entriesOf(rows: readonly unknown[]): UploadedEntry[] {
  return areOneApiChannels(rows) ? fromOneApi(rows) : ownEntries(rows);
}

function ownEntries(rows: readonly unknown[]): UploadedEntry[] {
  return rows.map((entry) => ({ entry, notes: [] }));
}

function textOf(bytes: Buffer): DecodedText {
  const { textMiB } = importLimits;
  if (bytes.length > textMiB * 1024 ** 2) {
    throw new AppError('payload_too_large', `a text file must not exceed ${textMiB} MiB`);
  }
  return decodeText(bytes);
}

function isSqlite(bytes: Buffer): boolean {
  return bytes.subarray(0, sqliteHead.length).toString('latin1') === sqliteHead;
}

function formatOf(text: string): TextFormat {
  if (/^\s*[{[]/.test(text)) return 'json';
  if (isCsv(text)) return 'csv';
  return areLines(text) ? 'lines' : 'yaml';
}
