import type { Route } from './route.ts';

/** The token limits that a probe tries, the cheapest first; `null` sends none. */
export const tokenLimits = [16, 64, 512, 4096] as const;
export type TokenLimit = (typeof tokenLimits)[number];

/** The parts of a probe's request that may change after a rejection; the next probe remembers them. */
export interface RequestForm {
  route: Route;
  stream: boolean;
  /** The field that bounds the answer on the chat route. */
  tokenLimitField: 'max_tokens' | 'max_completion_tokens';
  /** Null if the channel rejects every limit. */
  tokenLimit: TokenLimit | null;
  /** Whether a chat stream asks for its usage report. */
  asksStreamUsage: boolean;
  /** The lowest reasoning effort that was accepted; null sends none. */
  effort: 'none' | 'minimal' | 'low' | null;
  /** Fields that the channel demanded, such as `store: false`, by name. */
  demanded: Readonly<Record<string, DemandedValue>>;
}

export type DemandedValue =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly [name: string]: string };

/** The form of the first request on a route: streamed if the route supports it. */
export function firstFormOf(route: Route): RequestForm {
  return {
    route,
    stream: route !== 'embeddings',
    tokenLimitField: 'max_tokens',
    tokenLimit: 16,
    asksStreamUsage: true,
    effort: null,
    demanded: {},
  };
}

export function isSameForm(a: RequestForm, b: RequestForm): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
