import type { RequestForm, Route, UpstreamRequest } from '@api-monitor/core';
import type { Draft } from './draft.ts';

/** What a probe asks of a model. */
export interface ProbeQuestion {
  model: string;
  prompt: string;
  /** Goes into the header of that name on the anthropic route. */
  anthropicVersion: string;
  form: RequestForm;
}

/** One wire format. Every step is pure; errors that a body carries are told apart before it is asked. */
export interface Protocol {
  route: Route;
  buildRequest(question: ProbeQuestion): UpstreamRequest;
  /** A whole JSON body. */
  readJson(body: unknown): Draft;
  /** One JSON event of a stream, added to what came before. */
  readEvent(draft: Draft, event: unknown): Draft;
  /** What of a draft counts as text on this route. */
  textOf(draft: Draft): string;
}

/** How many tokens a probe lets the model answer with: enough to name itself, little to pay for. */
export const probeTokens: Record<RequestForm['tokenLimit'], number> = { small: 64, ample: 4096 };
