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

/** One wire format. Every step is pure, and is called only if the body or event isn't an error. */
export interface Protocol {
  buildRequest(question: ProbeQuestion): UpstreamRequest;
  /** Adds one JSON event of a stream to the draft. */
  readEvent(draft: Draft, event: unknown): Draft;
  /** Adds a whole JSON body to the draft; `readEvent` by default. */
  readWhole?(draft: Draft, body: unknown): Draft;
  /** What counts as text on this route. */
  textOf(draft: Draft): string;
}

export function postJson(
  path: string,
  body: object,
  { headers = {}, keyHeader = null }: Partial<Pick<UpstreamRequest, 'headers' | 'keyHeader'>> = {},
): UpstreamRequest {
  return { method: 'POST', path, headers, keyHeader, body: JSON.stringify(body) };
}

/** How many tokens the model may answer a probe with: enough to name itself, and cheap. */
export const probeTokens: Record<RequestForm['tokenLimit'], number> = { small: 64, ample: 4096 };
