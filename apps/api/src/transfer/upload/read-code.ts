import { AppError } from '@api-monitor/core';
import type { UploadedAlerts } from '../alerts/alert-section.ts';
import { importLimits } from '../import-limits.ts';
import type { CodePlace, Upload } from '../import-notes.ts';
import { alertSectionIn, boundEntries, isRecord } from './bound-entries.ts';
import { withMergedKeys } from './merge-keys.ts';
import { type ReadYaml, readYaml } from './read-yaml.ts';

/** A file of code: YAML, of which JSON is a part. */
export interface CodeFile {
  path: string;
  text: string;
}

/** The lists that a file may hold. Names that start with `x-` are for YAML's anchors. */
const lists: readonly string[] = ['channels', 'alerts'];

/**
 * The channels in the files of code, with their places, not validated yet. `bytes`: JSON of `CodeFile[]`.
 * Throws AppError `invalid_input`, with the file and the line, and `payload_too_large`.
 */
export function readCode(bytes: Buffer): Upload {
  // The api has checked that it is this.
  const files = JSON.parse(bytes.toString('utf8')) as CodeFile[];
  const { textMiB } = importLimits;
  const characters = files.reduce((sum, { text }) => sum + text.length, 0);
  if (characters > textMiB * 1024 ** 2) {
    throw new AppError('payload_too_large', `the files must not exceed ${textMiB} MiB together`);
  }
  const read = files.map(readFile);
  const entries = read.flatMap((one) => one.entries);
  const placeOf = (index: number) => {
    const { file, line } = entries[index]?.place ?? {};
    return `${file}:${line}`;
  };
  const bounded = boundEntries(
    entries.map(({ entry }) => entry),
    placeOf,
  );
  return {
    entries: entries.map((one, index) => ({ ...one, entry: bounded[index] })),
    notes: [],
    alerts: read.flatMap((one) => one.alerts),
  };
}

function readFile({ path, text }: CodeFile): Pick<Upload, 'entries' | 'alerts'> {
  try {
    const yaml = readYaml(text.replace(/^\uFEFF/, ''));
    const places = placesIn(yaml);
    const found = withMergedKeys(places.map(({ entry }) => entry));
    const entries = places.map(({ at }, index) => ({
      entry: found[index],
      notes: [],
      place: placeOf(path, yaml, at, found[index]),
    }));
    return { entries, alerts: alertsIn(path, yaml) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

type Path = (string | number)[];

/** The channels of a file: it is one, or a list of some, or has a list of them. */
function placesIn({ value, lineOf }: ReadYaml): { entry: unknown; at: Path }[] {
  if (Array.isArray(value)) return value.map((entry, index) => ({ entry, at: [index] }));
  if (!isRecord(value)) throw invalid('the file must hold a channel, or a list of "channels"');
  if ('name' in value || 'base_url' in value) return [{ entry: value, at: [] }];
  const unknown = Object.keys(value).find((key) => !lists.includes(key) && !key.startsWith('x-'));
  if (unknown !== undefined) {
    const name = JSON.stringify(unknown.slice(0, 64));
    throw invalid(
      `line ${lineOf([unknown]) ?? 1}: unknown name ${name}; a file may hold ${lists.join(', ')}`,
    );
  }
  const { channels, alerts } = value;
  if (channels === undefined && alerts !== undefined) return [];
  if (!Array.isArray(channels)) throw invalid('"channels" must be a list, of which [] is empty');
  return channels.map((entry, index) => ({ entry, at: ['channels', index] }));
}

function alertsIn(file: string, { value, lineOf }: ReadYaml): UploadedAlerts[] {
  const section = alertSectionIn(value);
  if (section === undefined) return [];
  const { destinations } = isRecord(section) ? section : {};
  const count = Array.isArray(destinations) ? destinations.length : 0;
  const line = lineOf(['alerts']) ?? 1;
  const lines = Array.from({ length: count }, (_, index) => {
    return lineOf(['alerts', 'destinations', index]) ?? line;
  });
  return [{ section, file, line, lines }];
}

function placeOf(file: string, { lineOf }: ReadYaml, at: Path, entry: unknown): CodePlace {
  const line = lineOf(at) ?? 1;
  const fields = Object.keys(isRecord(entry) ? entry : {});
  const lines = fields.map((field) => [field, lineOf([...at, field]) ?? line]);
  return { file, line, fields: Object.fromEntries(lines) };
}

function invalid(fault: string): AppError {
  return new AppError('invalid_input', fault);
}
