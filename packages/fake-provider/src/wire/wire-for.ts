import type { FakeRoute } from '../model-request.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { chatWire } from './chat-wire.ts';
import { geminiWire } from './gemini-wire.ts';
import { responsesWire } from './responses-wire.ts';
import { openaiError, type Wire } from './wire.ts';

/** Source: https://platform.openai.com/docs/api-reference/embeddings */
const embeddingsWire: Wire = {
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

const wireByRoute: Record<FakeRoute, Wire> = {
  chat: chatWire,
  responses: responsesWire,
  anthropic: anthropicWire,
  gemini: geminiWire,
  embeddings: embeddingsWire,
};

export function wireFor(route: FakeRoute): Wire {
  return wireByRoute[route];
}
