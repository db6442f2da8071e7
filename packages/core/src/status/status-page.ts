import { z } from 'zod';
import { plainLine } from '../shape.ts';
import { longestTag } from '../targets/tags.ts';

/** Every field of a status page's line that a caller may set, with its bounds. */
export const statusItemFieldSchemas = {
  /** Its name in URLs. */
  slug: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits joined by hyphens'),
  /** The name that the public sees. */
  name: plainLine.trim().min(1).max(128),
  target_id: z
    .int()
    .positive()
    .nullable()
    .describe('null: every channel that has the tag or offers the model'),
  tag: plainLine
    .trim()
    .min(1)
    .max(longestTag)
    .nullable()
    .describe('every enabled channel with this tag, in any case; excludes `target_id`'),
  model: plainLine
    .min(1)
    .max(256)
    .nullable()
    .describe('null: the whole channel, or all with the tag'),
};

/** One line of the status page: a channel, the channels with a tag, all of them, or one model of these. */
export const statusItemShape = z.object({ id: z.int(), ...statusItemFieldSchemas });
export type StatusItem = z.output<typeof statusItemShape>;

/** The fields of the status page itself, with their bounds. */
export const statusPageFieldSchemas = {
  enabled: z.boolean(),
  title: plainLine.trim().min(1).max(128),
  /** Below the title. */
  description: plainLine.trim().max(500),
};
export type StatusPageSettings = z.output<z.ZodObject<typeof statusPageFieldSchemas>>;

export const mostStatusItems = 100;

/** The slug that a name suggests; empty if the name has no Latin letters or digits. */
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
