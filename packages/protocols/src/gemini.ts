import { addToolCall, type Draft } from './draft.ts';
import { arrayAt, countAt, stringAt, textOf, valueAt } from './json-value.ts';
import { type Protocol, postJson, probeTokens } from './protocol.ts';

/**
 * Google's generateContent.
 * Source: https://ai.google.dev/api/generate-content
 */
export const gemini: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson(
      `/v1beta/models/${escapedPath(model)}:${form.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      {
        contents: [{ role: 'user', parts: [{ text: prompt }] }],
        generationConfig: { maxOutputTokens: probeTokens[form.tokenLimit] },
      },
      { keyHeader: 'x-goog-api-key' },
    ),
  readEvent,
  textOf: (draft) => draft.text,
};

/** Slashes in a model id are kept. Google lists its own ids with the prefix `models/`. */
function escapedPath(model: string): string {
  // A lone surrogate would make encodeURIComponent throw.
  const segments = model
    .toWellFormed()
    .replace(/^models\//, '')
    .split('/');
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

// Every event of a stream is a whole response with the next piece.
function readEvent(draft: Draft, event: unknown): Draft {
  const candidate = valueAt(event, 'candidates', 0);
  const finish = stringAt(candidate, 'finishReason');
  const answered = countAt(event, 'usageMetadata', 'candidatesTokenCount');
  const thought = countAt(event, 'usageMetadata', 'thoughtsTokenCount');
  const read: Draft = {
    ...draft,
    stoppedAtLimit: draft.stoppedAtLimit || finish === 'MAX_TOKENS',
    ended: draft.ended || finish !== '' || isBlocked(event),
    outputTokens:
      answered === null && thought === null ? draft.outputTokens : (answered ?? 0) + (thought ?? 0),
    reasoningTokens: thought ?? draft.reasoningTokens,
  };
  return arrayAt(candidate, 'content', 'parts').reduce<Draft>(readPart, read);
}

/** A blocked prompt ends the answer without a candidate. */
function isBlocked(event: unknown): boolean {
  return stringAt(event, 'promptFeedback', 'blockReason') !== '';
}

function readPart(draft: Draft, part: unknown): Draft {
  const call = valueAt(part, 'functionCall');
  if (call) {
    const key = `call ${draft.toolCalls.size}`;
    const name = stringAt(call, 'name');
    return addToolCall(draft, key, { name, arguments: textOf(valueAt(call, 'args')) });
  }
  const text = stringAt(part, 'text');
  return valueAt(part, 'thought') === true
    ? { ...draft, thought: draft.thought + text }
    : { ...draft, text: draft.text + text };
}
