import { valueAt } from '../reading/json-value.ts';
import type { Draft } from './draft.ts';
import { type Protocol, postJson } from './protocol.ts';
import { addUsage } from './usage.ts';

/**
 * OpenAI's embeddings: a cheap proof that an embedding model works.
 * Source: https://platform.openai.com/docs/api-reference/embeddings
 */
export const openaiEmbeddings: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson('/v1/embeddings', { model, input: prompt, ...form.demanded }),
  readEvent,
  textOf: (draft) => draft.text,
};

// Embeddings don't stream, but a relay may wrap the body in an event.
function readEvent(draft: Draft, body: unknown): Draft {
  const vector = valueAt(body, 'data', 0, 'embedding') ?? valueAt(body, 'embeddings', 0);
  const read = addUsage(draft, body);
  if (Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite)) {
    return { ...read, text: `embedding of ${vector.length} dimensions`, ended: true };
  }
  const isEncoded = typeof vector === 'string' && vector !== '';
  return isEncoded ? { ...read, text: 'embedding in base64', ended: true } : read;
}
