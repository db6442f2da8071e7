import type { RequestForm } from '@api-monitor/core';
import { arrayAt, stringAt, textOf, valueAt } from '../reading/json-value.ts';
import { addToolCall, type Draft } from './draft.ts';
import { limitField, type Protocol, postJson } from './protocol.ts';
import { addUsage } from './usage.ts';

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
        generationConfig: { ...limitField('maxOutputTokens', form), ...thinkingOf(form) },
        ...form.demanded,
      },
      { keyHeader: 'x-goog-api-key' },
    ),
  readEvent,
  textOf: (draft) => draft.text,
};

/** How many tokens of thought an effort allows. */
const budgetByEffort = { none: 0, minimal: 128, low: 512 } as const;

function thinkingOf({ effort }: RequestForm) {
  return effort === null ? {} : { thinkingConfig: { thinkingBudget: budgetByEffort[effort] } };
}

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
  const blockReason = stringAt(event, 'promptFeedback', 'blockReason');
  const read: Draft = {
    ...draft,
    stoppedAtLimit: draft.stoppedAtLimit || finish === 'MAX_TOKENS',
    withheld: blockReason || (withholding.includes(finish) ? finish : draft.withheld),
    saidReason: draft.saidReason || finish !== '',
    // A blocked prompt ends the answer without a candidate.
    ended: draft.ended || finish !== '' || blockReason !== '',
  };
  return arrayAt(candidate, 'content', 'parts').reduce<Draft>(readPart, addUsage(read, event));
}

/** Source: https://ai.google.dev/api/generate-content#FinishReason */
const withholding: readonly string[] = [
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
];

function readPart(draft: Draft, part: unknown): Draft {
  const call = valueAt(part, 'functionCall');
  if (call) {
    const key = `call ${draft.toolCalls.size}`;
    const name = stringAt(call, 'name');
    return addToolCall(draft, key, { name, arguments: textOf(valueAt(call, 'args')) });
  }
  const text = stringAt(part, 'text') || stringAt(part, 'executableCode', 'code') || media(part);
  return valueAt(part, 'thought') === true
    ? { ...draft, thought: draft.thought + text }
    : { ...draft, text: draft.text + text };
}

/** The text in place of an image or a sound. */
function media(part: unknown): string {
  const type = stringAt(part, 'inlineData', 'mimeType') || stringAt(part, 'fileData', 'mimeType');
  return type && `[${type}]`;
}
