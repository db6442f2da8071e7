import type { ErrorKind } from '../probes/error-kind.ts';
import type { EvidenceRoute } from './evidence-route.ts';

/**
 * What one answer, or its absence, shows.
 * - `success`: the model answered.
 * - `failure`: it didn't, and neither the request nor the route is to blame.
 * - `refused`: the channel doesn't serve the model on this route.
 * - `gated`: the channel serves only certain client programs.
 * - `none`: nothing, because the client left or its request was wrong.
 */
export const findingOutcomes = ['success', 'failure', 'refused', 'gated', 'none'] as const;
export type FindingOutcome = (typeof findingOutcomes)[number];

/** What a failure concerns: this route of the model, the model on all routes, or the whole channel. */
export const findingScopes = ['route', 'model', 'channel'] as const;
export type FindingScope = (typeof findingScopes)[number];

/** What an answer shows, no matter who asked. */
export interface Judgement {
  outcome: FindingOutcome;
  /** Of a failure, a refusal or a gate; null otherwise. */
  kind: ErrorKind | null;
  scope: FindingScope;
  /** Why, in a sentence; null after a success. */
  message: string | null;
  /** Whether the same request may succeed on another channel. */
  may_another_serve: boolean;
}

/** Whether it shows that nothing on the channel works. */
export function isOfWholeChannel(finding: Pick<Finding, 'outcome' | 'scope' | 'kind'>): boolean {
  return isOfChannel(finding) && finding.kind !== 'rate_limit';
}

/** Whether the whole channel had too many requests, which passes within moments. */
export function isChannelLimit(finding: Pick<Finding, 'outcome' | 'scope' | 'kind'>): boolean {
  return isOfChannel(finding) && finding.kind === 'rate_limit';
}

/** Whether it concerns the whole channel, or one of its keys. */
export function isOfChannel({ outcome, scope }: Pick<Finding, 'outcome' | 'scope'>): boolean {
  return outcome === 'failure' && scope === 'channel';
}

/** A judgement with what the state machine needs. Times are Unix seconds. */
export interface Finding extends Pick<Judgement, 'outcome' | 'kind' | 'scope' | 'message'> {
  route: EvidenceRoute;
  /** Of the answer; absent if none came. */
  status?: number | undefined;
  /** `run`: a probe of a whole run. `recheck`: a single probe after a failure. */
  by: 'run' | 'recheck' | 'traffic';
  /** When the request was sent, and when the finding was made. */
  began_at: number;
  at: number;
  first_token_s: number | null;
  /** Null if the answer wasn't checked. */
  is_wrong_answer: boolean | null;
  /** Whether a stream ended without saying so; absent if that wasn't seen. */
  lacks_end?: boolean | undefined;
  /** From `Retry-After`. */
  retry_after_s: number | null;
  /** Whether a client's request got no connection, so that nothing was sent; absent otherwise. */
  is_unreached?: boolean | undefined;
  /** The hash of the channel's key that was used; absent if the channel has only one. */
  key?: string | undefined;
}
