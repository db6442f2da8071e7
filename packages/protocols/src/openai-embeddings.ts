import type { Draft } from './draft.ts';
import { stringAt, valueAt } from './json-value.ts';
import { type Protocol, postJson } from './protocol.ts';

/**
 * OpenAI's embeddings: a cheap proof that an embedding model works.
 * Source: https://platform.openai.com/docs/api-reference/embeddings
 */
export const openaiEmbeddings: Protocol = {
  buildRequest: ({ model, prompt }) => postJson('/v1/embeddings', { model, input: prompt }),
  readEvent,
  textOf: (draft) => draft.text,
};

// Embeddings don't stream, but a relay may wrap the body in an event.
function readEvent(draft: Draft, body: unknown): Draft {
  const vector = valueAt(body, 'data', 0, 'embedding');
  if (Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite)) {
    return { ...draft, text: `embedding of ${vector.length} dimensions`, ended: true };
  }
  const isEncoded = stringAt(body, 'data', 0, 'embedding') !== '';
  return isEncoded ? { ...draft, text: 'embedding in base64', ended: true } : draft;
}
