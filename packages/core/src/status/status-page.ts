import { z } from 'zod';
import { isPlainLine } from '../text/plain-line.ts';

/** What the public status page says of itself. */
export interface StatusPageSettings {
  enabled: boolean;
  title: string;
  /** Below the title; may be empty. */
  description: string;
}

/** One line of the status page: a channel, a model of a channel, or a model wherever it is offered. */
export interface StatusItem {
  id: number;
  /** Its name in addresses. */
  slug: string;
  /** What the public reads. */
  name: string;
  /** null: the model of whatever channel offers it. */
  target_id: number | null;
  /** null: the whole channel. */
  model: string | null;
}

const lineSchema = z.string().refine(isPlainLine, 'must be one line without control characters');

/** Every field of a status page's line that a caller may set, with its bounds. */
export const statusItemFieldSchemas = {
  slug: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits joined by hyphens'),
  name: lineSchema.trim().min(1).max(128),
  target_id: z.int().positive().nullable(),
  model: lineSchema.min(1).max(256).nullable(),
};

export const statusPageFieldSchemas = {
  enabled: z.boolean(),
  title: lineSchema.trim().min(1).max(128),
  description: lineSchema.trim().max(500),
};

export const mostStatusItems = 100;

/** The slug that a name suggests; empty where it holds nothing of the Latin alphabet. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .replace(/-$/, '');
}
