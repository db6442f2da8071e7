import { z } from 'zod';

/**
 * What a channel keeps for a client, who asks for it later by its id. `batch-input`: a file of OpenAI's
 * whose models the gateway has read.
 */
export const objectKinds = [
  'response',
  'file',
  'batch-input',
  'batch',
  'anthropic-file',
  'message-batch',
  'gemini-file',
  'cached-content',
] as const;
export type ObjectKind = (typeof objectKinds)[number];

/** What a request does. `content` passes bytes of any kind; `stream` may answer with events. */
export const objectActions = [
  'create',
  'upload',
  'list',
  'read',
  'stream',
  'content',
  'change',
  'delete',
] as const;
export type ObjectAction = (typeof objectActions)[number];

const dayS = 86_400;

/**
 * How long the gateway remembers who has an object, in seconds: longer than the provider keeps it. Null:
 * until it is deleted.
 */
export const objectLifeS: Readonly<Record<ObjectKind, number | null>> = {
  response: 31 * dayS,
  file: null,
  'batch-input': null,
  batch: 180 * dayS,
  'anthropic-file': null,
  'message-batch': 60 * dayS,
  'gemini-file': 3 * dayS,
  'cached-content': 31 * dayS,
};

/** An object that a request has made, or deleted. Its id isn't kept, only a hash of it. */
export const objectChangeSchema = z.object({
  hash: z.string(),
  kind: z.enum(objectKinds),
  is_deleted: z.boolean(),
  target_key: z
    .string()
    .optional()
    .describe('the hash of the channel’s key that made it; absent if the channel has only one'),
});
export type ObjectChange = z.infer<typeof objectChangeSchema>;
