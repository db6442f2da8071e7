import type { Route } from './route.ts';

/** The parts of a probe's request that may change after a rejection; the next probe remembers them. */
export interface RequestForm {
  route: Route;
  stream: boolean;
  /** The field that bounds the answer on the chat route. */
  tokenLimitField: 'max_tokens' | 'max_completion_tokens';
  /** `ample` for models that can't answer within the usual few tokens. */
  tokenLimit: 'small' | 'ample';
  /** Whether a chat stream asks for its usage report. */
  asksStreamUsage: boolean;
}

/** The form of the first request on a route: streamed if the route supports it. */
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
