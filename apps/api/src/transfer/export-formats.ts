import { targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';

export const exportFormats = ['json', 'yaml', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Record<ExportFormat, string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  csv: 'text/csv; charset=utf-8',
};

/** The fields of a channel in a file, in the order in which they are written. */
export const entryFields = z.object(targetFieldSchemas).keyof().options;
