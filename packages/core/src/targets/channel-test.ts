import { z } from 'zod';
import { probeResultShape } from '../probes/probe-row.ts';
import { runNoteShape } from '../runs/run-note.ts';
import { seconds } from '../shape.ts';

/** How a channel's list of models was asked for: each API's own path and header. */
export const listWays = ['openai', 'anthropic', 'gemini'] as const;
export type ListWay = (typeof listWays)[number];

/** What a channel did when it was tried once, without storing anything. */
export const channelTestShape = z.object({
  list: z
    .object({
      models: z.array(z.string()).nullable().describe('as the channel lists them; null: not read'),
      way: z.enum(listWays).nullable().describe('in which format the list was read'),
      duration: seconds,
      notes: z.array(runNoteShape).describe('why it could not be read'),
    })
    .nullable()
    .describe('null: it is not asked for, because the models are typed by hand'),
  probe: probeResultShape
    .omit({ timestamp: true, proved_by: true, tool_calls: true, output_tokens_per_s: true })
    .nullable()
    .describe('null: there was no model to ask'),
});
export type ChannelTest = z.output<typeof channelTestShape>;
