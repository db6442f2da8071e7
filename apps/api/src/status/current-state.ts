import {
  type EvidenceState,
  type Headline,
  headlineOf,
  type KnownModel,
  type PublicState,
} from '@api-monitor/core';

/** What is known now, which may be more than the latest checks of runs say. */
export interface CurrentState {
  state: Exclude<PublicState, 'unknown'>;
  /** When that began, in Unix seconds. */
  since: number;
}

/** Probes tell nothing about models in the other states. */
const told: readonly EvidenceState[] = ['proven', 'failed', 'refused'];

/**
 * The state of a service from what is known about its models: of a channel all must work, and of a model on
 * several channels one. Null if probes tell nothing about any of them.
 */
export function currentStateOf(
  models: readonly KnownModel[],
  { needsAll, nowS }: { needsAll: boolean; nowS: number },
): CurrentState | null {
  const headlines = models
    .map((known) => headlineOf(known, nowS))
    .filter(({ state }) => told.includes(state));
  const working = headlines.filter(({ state }) => state === 'proven');
  if (headlines.length === 0) return null;
  if (working.length === 0) return { state: 'outage', since: lastOf(headlines) };
  const isWhole = !needsAll || working.length === headlines.length;
  if (isWhole) return { state: 'operational', since: lastOf(working) };
  return { state: 'degraded', since: lastOf(headlines.filter((one) => !working.includes(one))) };
}

function lastOf(headlines: readonly Headline[]): number {
  return Math.max(0, ...headlines.map(({ since }) => since ?? 0));
}
