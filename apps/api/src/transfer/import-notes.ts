import { z } from 'zod';

/** What a person should know before a file is imported; a page has a sentence for each, in its language. */
export const importNoteCodes = [
  /** The file isn't UTF-8 and was read as GBK. */
  'read_as_gbk',
  /** SQLite keeps the newest changes in a second file, which an upload doesn't contain. */
  'wal_missing',
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
}

/** What was read from a file; `notes` are about the file as a whole. */
export interface Upload {
  entries: UploadedEntry[];
  notes: ImportNote[];
}
