import { z } from 'zod';
import { plainLine, unixSeconds } from '../shape.ts';

/** How far the operator is with an incident, as the public is told. */
export const noteStates = ['investigating', 'identified', 'monitoring', 'resolved'] as const;

/** The fields of a note on the status page that an admin sets. */
export const statusNoteFieldSchemas = {
  incident_id: z.int().positive().nullable().describe('null: the operator found it himself'),
  slugs: z
    .array(z.string().min(1).max(64))
    .max(100)
    .describe('the lines of the status page that it is about; empty: all of it'),
  state: z.enum(noteStates),
  title: plainLine.trim().min(1).max(128),
  text: z
    .string()
    .trim()
    .max(2000)
    .refine(
      (text) => !/(?![\t\n\r])[\p{Cc}\p{Cs}]/u.test(text),
      'must not contain control characters',
    ),
  at: unixSeconds,
};

/** What the operator tells the public. Notes that answer each other have the same `thread_id`. */
export const statusNoteShape = z.object({
  id: z.int(),
  thread_id: z.int().describe("the first one's id"),
  ...statusNoteFieldSchemas,
});
export type StatusNote = z.output<typeof statusNoteShape>;
