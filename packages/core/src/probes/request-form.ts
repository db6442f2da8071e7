import type { Route } from './route.ts';

/** How a probe asks: what the mending of a rejected request may change, and what is remembered. */
export interface RequestForm {
  route: Route;
  stream: boolean;
  /** Which field bounds the answer on the chat route. */
  tokenLimitField: 'max_tokens' | 'max_completion_tokens';
  /** `ample` for models that refuse to start, or to answer, within the usual few tokens. */
  tokenLimit: 'small' | 'ample';
  /** Whether a chat stream asks for its usage report. */
  asksStreamUsage: boolean;
}

/** The form that a route is asked in at first: streamed, where the route can. */
export function firstFormOf(route: Route): RequestForm {
  return {
    route,
    stream: route !== 'embeddings',
    tokenLimitField: 'max_tokens',
    tokenLimit: 'small',
    asksStreamUsage: true,
  };
}

export function isSameForm(a: RequestForm, b: RequestForm): boolean {
  return (
    a.route === b.route &&
    a.stream === b.stream &&
    a.tokenLimitField === b.tokenLimitField &&
    a.tokenLimit === b.tokenLimit &&
    a.asksStreamUsage === b.asksStreamUsage
  );
}
