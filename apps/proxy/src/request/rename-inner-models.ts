import { modelKey } from '@api-monitor/core';
import type { Splice } from './overrides/splices.ts';

/**
 * What changes in the body of a request whose path names the model: the channel is removed where the body
 * repeats the name. Gemini's batches of embeddings have `"model": "models/<model>"` in each request
 * (https://ai.google.dev/api/embeddings). All else stays, byte for byte.
 */
export function innerModelSplices(body: Buffer, asked: string, model: string): Splice[] {
  if (asked === modelKey(model)) return [];
  const wanted = Buffer.from(`models/${escaped(asked)}"`);
  const text = Buffer.from(`models/${escaped(modelKey(model))}`);
  const splices: Splice[] = [];
  for (let at = body.indexOf(wanted); at >= 0; at = body.indexOf(wanted, at + 1)) {
    if (isValueOfModel(body, at)) splices.push({ start: at, end: at + wanted.length - 1, text });
  }
  return splices;
}

/** Far more than a batch has. Each name takes two pieces, so millions would take gigabytes. */
const innerModelLimit = 10_000;

/** Whether a body names its model more often than any batch does. */
export function namesTooManyModels(body: Buffer, asked: string): boolean {
  const wanted = Buffer.from(`models/${escaped(asked)}"`);
  let count = 0;
  let at = -1;
  do {
    at = body.indexOf(wanted, at + 1);
    count += 1;
  } while (at >= 0 && count <= innerModelLimit);
  return at >= 0;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Longer than `"model" : "` with a little white space. */
const keyBytes = 32;
// Within a text the quotes would be escaped.
const modelBefore = /(?:^|[^\\])"model"\s*:\s*"$/;

function isValueOfModel(body: Buffer, at: number): boolean {
  return modelBefore.test(body.toString('latin1', Math.max(0, at - keyBytes), at));
}
