import type { RequestForm, UpstreamRequest } from '@api-monitor/core';
import type { Draft } from './draft.ts';

/** What a probe asks a model. */
export interface ProbeQuestion {
  model: string;
  prompt: string;
  /** The header of that name, which the anthropic route sends. */
  anthropicVersion: string;
  form: RequestForm;
}

/** How a wire format's answers are read. Every step is pure, and is called only if there is no error. */
export interface Codec {
  /** Adds one JSON event of a stream to the draft. */
  readEvent(draft: Draft, event: unknown): Draft;
  /** Adds a whole JSON body to the draft; `readEvent` by default. */
  readWhole?(draft: Draft, body: unknown): Draft;
  /** What counts as text on this route. */
  textOf(draft: Draft): string;
  /** Any body that isn't a page will do. */
  isOpaque?: true;
}

/** A wire format that probes speak. */
export interface Protocol extends Codec {
  buildRequest(question: ProbeQuestion): UpstreamRequest;
}

export function postJson(
  path: string,
  body: object,
  { headers = {}, keyHeader = null }: Partial<Pick<UpstreamRequest, 'headers' | 'keyHeader'>> = {},
): UpstreamRequest {
  return { method: 'POST', path, headers, keyHeader, body: JSON.stringify(body) };
}

/** The field with the token limit, if the form has one. */
export function limitField(name: string, { tokenLimit }: RequestForm): Record<string, number> {
  return tokenLimit === null ? {} : { [name]: tokenLimit };
}
