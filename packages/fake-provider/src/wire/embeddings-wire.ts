import { openaiError, type Wire } from './wire.ts';

/** Source: https://platform.openai.com/docs/api-reference/embeddings */
export const embeddingsWire: Wire = {
  json: (_, model) => ({
    object: 'list',
    model,
    data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5, 0.125, 0.75] }],
    usage: { prompt_tokens: 20, total_tokens: 20 },
  }),
  events: (reply, model) => [{ data: embeddingsWire.json(reply, model) }],
  error: openaiError,
  empty: { none: { object: 'list', data: [] }, null: { object: 'list', data: null } },
};
