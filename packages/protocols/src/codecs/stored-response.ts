import { noUsage } from '@api-monitor/core';
import type { Draft } from './draft.ts';
import { opaqueAnswer } from './opaque-answer.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Codec } from './protocol.ts';

/**
 * A response that is fetched later, whole or as the stream that it was. Its tokens aren't counted, because it
 * may be fetched many times.
 */
export const storedResponse: Codec = {
  readEvent: (draft, event) => uncounted(openaiResponses.readEvent(draft, event)),
  readWhole: (draft, body) => uncounted(opaqueAnswer.readEvent(draft, body)),
  textOf: (draft) => draft.text || (draft.ended ? 'an answer' : ''),
  isOpaque: true,
};

function uncounted(draft: Draft): Draft {
  return { ...draft, usage: noUsage };
}
