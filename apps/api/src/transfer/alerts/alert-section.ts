import { alertRulesShape, destinationFieldSchemas } from '@api-monitor/core';
import { destinationKinds } from '@api-monitor/notify';
import { z } from 'zod';

const { name, target_ids, ...fields } = destinationFieldSchemas;
const mostDestinations = 500;

const destinationShape = z.strictObject({
  ...z.object(fields).partial().shape,
  name,
  kind: z.enum(destinationKinds),
  channels: z
    .array(z.string().min(1).max(128))
    .max(5000)
    .optional()
    .describe('the names of channels; empty or absent: all'),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('a secret that is left out stays as it is'),
});

/** What a file says about alerts, under `alerts`. A rule or field that is left out takes its default. */
export const alertSectionShape = z.strictObject({
  rules: z.strictObject(alertRulesShape.partial().shape).optional(),
  destinations: z.array(destinationShape).max(mostDestinations).optional(),
});
export type AlertSection = z.output<typeof alertSectionShape>;
export type DestinationEntry = z.output<typeof destinationShape>;

/** How a destination is written: its channels by their names, because ids mean nothing elsewhere. */
export const destinationEntryFields = [
  ...(['name', 'kind'] as const),
  ...(Object.keys(fields) as (keyof typeof fields)[]).filter((field) => field !== 'kind'),
];

/** A section as it was read from a file, not validated yet. */
export interface UploadedAlerts {
  section: unknown;
  /** null: it doesn't come from code. */
  file: string | null;
  /** Of the section, and of each of its destinations. */
  line: number;
  lines: number[];
}
