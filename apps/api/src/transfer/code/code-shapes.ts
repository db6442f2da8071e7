import { auditChangeShape, type FieldErrorCode } from '@api-monitor/core';
import { z } from 'zod';
import { importLimits } from '../import-limits.ts';

/** The folder or file that was given whole: what one call prunes is what it has set before. */
export function sourceOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** How a file is called in messages and on a channel that it sets: `channels/relay.yaml`. */
const pathShape = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^/\p{Cc}]+(?:\/[^/\p{Cc}]+)*$/u, 'must be a path such as channels/relay.yaml')
  .describe('its first part names the source: what is pruned was set from the same one');

/** What is planned and applied: files, and the values that they refer to. */
export const codeInputShape = z.strictObject({
  files: z
    .array(z.strictObject({ path: pathShape, text: z.string() }))
    .min(1)
    .max(importLimits.channels)
    .superRefine((files, context) => {
      const seen = new Set<string>();
      for (const [index, { path }] of files.entries()) {
        const fault = (message: string, code: FieldErrorCode) =>
          context.addIssue({ code: 'custom', path: [index, 'path'], message, params: { code } });
        if (seen.has(path)) fault('is that of another file', 'repeated');
        if (sourceOf(path) !== sourceOf(files[0]?.path ?? '')) {
          fault('must start as that of the first file', 'wrong_format');
        }
        seen.add(path);
      }
    })
    .describe('YAML or JSON: a channel, or a list of them under "channels", and "alerts"'),
  variables: z
    .record(z.string(), z.string().max(65_536))
    .default({})
    .describe(`the values of what the files refer to as \${NAME}`),
});
export type CodeInput = z.output<typeof codeInputShape>;

export const codeOutcomes = ['created', 'changed', 'unchanged', 'deleted', 'left'] as const;

const namesShape = z.array(z.string()).optional();

const codeItemShape = z.object({
  name: z.string(),
  file: z.string().nullable().describe('that sets the channel, or did'),
  outcome: z
    .enum(codeOutcomes)
    .describe('left: the files no longer contain it, and it stays without prune'),
  changes: z.array(
    auditChangeShape.extend({
      added: namesShape.describe('to a list, 100 at most'),
      removed: namesShape.describe('from a list, 100 at most'),
    }),
  ),
});
export type CodeItem = z.output<typeof codeItemShape>;

/** What happened, or would happen, to each channel. */
export const codeReportShape = z.object({
  counts: z.record(z.enum(codeOutcomes), z.int()),
  items: z.array(codeItemShape),
  alerts: z
    .array(codeItemShape)
    .default([])
    .describe('what happens to the rules of alerts, under "rules", and to each destination'),
});
export type CodeReport = z.output<typeof codeReportShape>;

export const codeFormats = ['yaml', 'json'] as const;
export type CodeFormat = (typeof codeFormats)[number];

export interface CodeExportOptions {
  format: CodeFormat;
  /** One file for all channels. */
  one_file: boolean;
  /** With the secrets in plain text. */
  values: boolean;
}

/** Channels as code. */
export const codeExportShape = z.object({
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  variables: z
    .record(z.string(), z.string())
    .describe(`the secrets that the files refer to as \${NAME}; without values=1 empty texts`),
});
export type CodeExport = z.output<typeof codeExportShape>;

/** Which channels code no longer manages. */
export const releaseShape = z
  .strictObject({ names: z.array(z.string()).min(1).max(importLimits.channels) })
  .or(z.strictObject({ all: z.literal(true) }));
