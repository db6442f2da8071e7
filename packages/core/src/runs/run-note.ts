import { z } from 'zod';
import { errorKinds } from '../probes/error-kind.ts';
import { type RunCut, runCuts, sentenceOfCut } from './run-cut.ts';

/**
 * What people should know about a run, as a code with its figures, so that a page can say it in the reader's
 * language.
 */
export const runNoteShape = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('list_failed').describe('the list of models could not be read'),
    kind: z.enum(errorKinds),
    status: z.int().nullable().describe('of the answer; null: none came'),
    message: z.string().describe("in the channel's words"),
  }),
  z.object({
    code: z.literal('list_emptied').describe('it is empty, although it had models'),
    models: z.int(),
  }),
  z.object({ code: z.literal('list_empty') }),
  z.object({
    code: z.literal('none_selected').describe('the list has none of the models that are selected'),
    models: z.int().describe('selected'),
  }),
  z.object({ code: z.literal('none_typed') }),
  z.object({
    code: z.literal('over_budget').describe('the budget of the day was used up'),
    models: z.int().describe('that were not asked'),
  }),
  z.object({
    code: z
      .literal('channel_full')
      .describe('clients had all of the requests that the channel may have'),
    models: z.int().describe('that were not asked'),
  }),
  z.object({
    code: z.literal('not_run').describe('the run did not begin: the budget of the day is used up'),
  }),
  z.object({ code: z.literal('cut').describe('the run was cut short'), cut: z.enum(runCuts) }),
  z.object({ code: z.literal('unexpected').describe("an internal error; see the monitor's log") }),
]);
export type RunNote = z.output<typeof runNoteShape>;

/** How a run that was cut short is stored. */
export function endOfCut(cut: RunCut): { cut: RunCut; notes: RunNote[]; error: string } {
  return { cut, notes: [{ code: 'cut', cut }], error: sentenceOfCut(cut) };
}

/** What the notes say, as text; null if there are none. */
export function sentenceOfNotes(notes: readonly RunNote[]): string | null {
  return notes.length === 0 ? null : notes.map(sentenceOf).join('; ');
}

const budgetUsedUp = 'the budget of the day is used up';

function sentenceOf(note: RunNote): string {
  switch (note.code) {
    case 'list_failed':
      return `model list: ${note.message}`;
    case 'list_emptied':
      return `model list: it is empty, although it had ${modelsOf(note)}`;
    case 'list_empty':
      return 'the list has no models';
    case 'none_selected': {
      const models =
        note.models === 1 ? 'the model that is' : `any of the ${note.models} models that are`;
      return `the list no longer has ${models} selected`;
    }
    case 'none_typed':
      return 'no models are typed in';
    case 'over_budget':
      return `${modelsOf(note)} not asked: ${budgetUsedUp}`;
    case 'channel_full':
      return `${modelsOf(note)} not asked: the channel had as many requests as it may have at a time`;
    case 'not_run':
      return `not run: ${budgetUsedUp}`;
    case 'cut':
      return sentenceOfCut(note.cut);
    case 'unexpected':
      return "unexpected error; see the monitor's log";
  }
}

function modelsOf({ models }: { models: number }): string {
  return models === 1 ? '1 model' : `${models} models`;
}
