import type { z } from 'zod';
import { isAhead } from '../figures/clock-skew.ts';
import type { evidenceShape } from './evidence-shape.ts';

// Browsers import this file, so it must not import zod at run time.

/** The evidence for one channel, model and route. */
export type Evidence = z.output<typeof evidenceShape>;

/** Evidence before the first finding. */
export function noEvidence(route: Evidence['route'], nowS: number): Evidence {
  return {
    ...{ route, state: 'unproven', since: nowS, found_at: nowS },
    ...{ proved_at: null, proved_by: null, first_token_s: null, is_wrong_answer: false },
    ...{ failures: 0, failing_since: null, rest_until: null, trial_at: null },
    ...{ error_kind: null, error: null },
  };
}

/**
 * Of two versions of the same evidence, the one with the later finding; `stored` if both are as old, but
 * with the other's trial, because only gateways know of trials. One that was found in the future comes from
 * a wrong clock and doesn't count.
 */
export function latestOf(
  stored: Evidence | undefined,
  heard: Evidence | undefined,
  nowS: number,
): Evidence | undefined {
  if (!stored || !heard) return stored ?? heard;
  if (isAhead(heard.found_at, nowS)) return stored;
  if (heard.found_at === stored.found_at) {
    const { trial_at } = heard;
    return trial_at === stored.trial_at ? stored : { ...stored, trial_at };
  }
  const isNewer = heard.found_at > stored.found_at || isAhead(stored.found_at, nowS);
  return isNewer ? heard : stored;
}

/** What is stored about a model's routes, each merged with what was heard since. */
export function latestEvidence(
  stored: readonly Evidence[],
  heard: ReadonlyMap<Evidence['route'], Evidence>,
  nowS: number,
): Evidence[] {
  const latest = stored.map((entry) => latestOf(entry, heard.get(entry.route), nowS) ?? entry);
  for (const entry of heard.values()) {
    if (!stored.some(({ route }) => route === entry.route)) latest.push(entry);
  }
  return latest;
}
