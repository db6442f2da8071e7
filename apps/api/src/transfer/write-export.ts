import type { Target } from '@api-monitor/core';
import { stringify } from 'yaml';
import { entryFields } from './channel-entry.ts';
import { writeCsv } from './csv.ts';

export const exportFormats = ['json', 'yaml', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type Entry = Record<string, unknown>;

/** Channels as a file that an import takes back. `keyOf` null: without their keys. */
export function writeExport(
  targets: readonly Target[],
  format: ExportFormat,
  keyOf: ((target: Target) => string) | null,
): string {
  const fields = entryFields.filter((field) => keyOf !== null || field !== 'api_key');
  const entries = targets.map((target): Entry => {
    const whole = keyOf ? { ...target, api_key: keyOf(target) } : target;
    return Object.fromEntries(fields.map((field) => [field, whole[field]]));
  });
  if (format === 'csv') {
    return writeCsv([fields, ...entries.map((entry) => fields.map((field) => entry[field]))]);
  }
  const file = { channels: entries };
  return format === 'yaml' ? stringify(file) : `${JSON.stringify(file, null, 2)}\n`;
}
