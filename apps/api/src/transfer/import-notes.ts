import { z } from 'zod';
import type { UploadedAlerts } from './alerts/alert-section.ts';

/** What a person should know before a file is imported; a page has a sentence for each, in its language. */
const importNoteCodes = [
  /** The file isn't UTF-8 and was read as GBK. */
  'read_as_gbk',
  /** SQLite keeps the newest changes in a second file, which an upload doesn't contain. */
  'wal_missing',
  /** It has settings that have no counterpart here: `fields`. */
  'not_imported',
  /** Its `type` needs a protocol that isn't spoken here. */
  'foreign_protocol',
  /** The other tool has the channel disabled, or all of its keys. */
  'disabled_there',
  /** The row has several `keys`, which become keys of one channel. */
  'many_keys',
  /** Some of its `keys` are disabled in the other tool, and stay so. */
  'disabled_keys',
  /** Some of its `keys` stay with the channels `names`, which have them already. */
  'keys_elsewhere',
  /** `count` of its models are left out, such as `names`: they are too long, or have control characters. */
  'bad_models',
  /** A channel `name` has the same address and key. */
  'same_as',
  /** Another entry of the file, `name`, has the same address and key. */
  'repeats',
  /** The file has no key for it. */
  'keyless',
  /** For one of the reasons above, it is imported paused. */
  'paused',
] as const;

export const importNoteShape = z.object({
  code: z.enum(importNoteCodes),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ImportNote = z.output<typeof importNoteShape>;

/** A channel in a file, not validated yet, and what was noticed about it. */
export interface UploadedEntry {
  entry: unknown;
  notes: ImportNote[];
  /** The name that the file gave several channels, if the entry's own is only numbered after it. */
  family?: string;
  /** Whether the file has no name for it, so that a stored channel keeps its own. */
  isNameMade?: boolean;
  /** Where it is, if it comes from code. */
  place?: CodePlace;
}

/** A channel's place in the files that code keeps it in. */
export interface CodePlace {
  file: string;
  line: number;
  /** The lines of its fields. */
  fields: Record<string, number>;
}

/** What was read from a file; `notes` are about the file as a whole. */
export interface Upload {
  entries: UploadedEntry[];
  notes: ImportNote[];
  /** What it says about alerts. */
  alerts: UploadedAlerts[];
}
