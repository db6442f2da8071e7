import { isObject } from '../reading/json-value.ts';
import type { Draft } from './draft.ts';
import type { Codec } from './protocol.ts';
import { addUsage } from './usage.ts';

/**
 * Answers that are passed on without knowing their format, such as images, sound or token counts. Any that
 * isn't an error counts, and only the connection shows the end.
 */
export const opaqueAnswer: Codec = {
  readEvent,
  textOf: (draft) => draft.text,
  isOpaque: true,
};

function readEvent(draft: Draft, body: unknown): Draft {
  const hasContent = Array.isArray(body) || (isObject(body) && Object.keys(body).length > 0);
  return addUsage({ ...draft, text: hasContent ? 'an answer' : draft.text, ended: true }, body);
}
