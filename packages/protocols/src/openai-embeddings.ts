import { type Draft, emptyDraft } from './draft.ts';
import { stringAt, valueAt } from './json-value.ts';
import type { Protocol } from './protocol.ts';

/**
 * OpenAI's embeddings: the cheap proof that an embedding model lives.
 * Source: https://platform.openai.com/docs/api-reference/embeddings
 */
export const openaiEmbeddings: Protocol = {
  route: 'embeddings',
  buildRequest: ({ model, prompt }) => ({
    method: 'POST',
    path: '/v1/embeddings',
    headers: {},
    keyHeader: null,
    body: JSON.stringify({ model, input: prompt }),
  }),
  readJson: (body) => ({ ...readEvent(emptyDraft, body), ended: true }),
  readEvent,
  textOf: (draft) => draft.text,
};

// Embeddings don't stream; a relay that wraps the one body in an event is read all the same.
function readEvent(draft: Draft, body: unknown): Draft {
  const vector = valueAt(body, 'data', 0, 'embedding');
  if (Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite)) {
    return { ...draft, text: `embedding of ${vector.length} dimensions`, ended: true };
  }
  const isEncoded = stringAt(body, 'data', 0, 'embedding') !== '';
  return isEncoded ? { ...draft, text: 'embedding in base64', ended: true } : draft;
}
