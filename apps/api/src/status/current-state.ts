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
 * The state of a service from what is known about its models, each with the channels that offer it: all
 * models must work, each on one of its channels. Null if probes tell nothing about any of them.
 */
export function currentStateOf(
  models: readonly (readonly KnownModel[])[],
  nowS: number,
): CurrentState | null {
  const known = models
    .map((of) => of.map((one) => headlineOf(one, nowS)).filter(({ state }) => told.includes(state)))
    .filter((headlines) => headlines.length > 0);
  const working = known.flatMap((of) => of.filter(isProven));
  const failing = known.filter((of) => !of.some(isProven)).flat();
  if (known.length === 0) return null;
  if (working.length === 0) return { state: 'outage', since: lastOf(failing) };
  if (failing.length === 0) return { state: 'operational', since: lastOf(working) };
  return { state: 'degraded', since: lastOf(failing) };
}

function isProven({ state }: Headline): boolean {
  return state === 'proven';
}

function lastOf(headlines: readonly Headline[]): number {
  return Math.max(0, ...headlines.map(({ since }) => since ?? 0));
}
