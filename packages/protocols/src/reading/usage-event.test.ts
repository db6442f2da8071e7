import { expect, test } from 'vitest';
import { withoutUsageEvent } from './usage-event.ts';

const text = 'data: {"choices":[{"delta":{"content":"\\"usage\\""}}],"usage":null}\n\n';
const usage = 'data: {"id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n';
const done = 'data: [DONE]\n\n';
const last =
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\n';
const failed = 'data: {"error":{"message":"x"},"usage":{"prompt_tokens":1}}\n\n';

const left = (...events: string[]) =>
  withoutUsageEvent(Buffer.from(events.join('')))?.toString() ?? null;

test.each([
  ['the event between others', [text, usage, done], text + done],
  ['with other line ends', [text, usage.replaceAll('\n', '\r\n'), done], text + done],
  ['the only event', [usage], null],
])('%s is left out', (_, events, rest) => expect(left(...events)).toBe(rest));

test.each([
  ['a report with the last choice', [text, last, done]],
  ['an error with a report', [failed]],
  ['a stream without a report', [text, done]],
  ['half an event', [text, usage.slice(0, 40)]],
])('%s passes byte for byte', (_, events) => expect(left(...events)).toBe(events.join('')));
