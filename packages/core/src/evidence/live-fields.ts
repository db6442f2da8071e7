import type { Evidence } from './evidence.ts';

// Browsers import this file, so it must not import zod.

/** What live traffic showed about a model, as the wire had it before there was evidence per route. */
export interface LiveFields {
  /** Failures in a row since the last real answer. */
  live_failures: number;
  /** Unix seconds. */
  live_failed_at: number | null;
  live_error: string | null;
  /** Smoothed time to the first token of the streams that clients got. */
  live_first_byte_s: number | null;
}

/**
 * The older fields, from the evidence. A failure that the latest probe found isn't one of live traffic, and
 * of several routes the one that failed last counts.
 */
export function liveFieldsOf({
  evidence,
  success,
}: {
  evidence: readonly Evidence[];
  /** Of the latest probe. */
  success: boolean;
}): LiveFields {
  const failing = evidence.filter(
    ({ failures, state }) => failures > 0 && (success || state !== 'failed'),
  );
  const last = latest(failing, ({ found_at }) => found_at);
  const ofTraffic = evidence.filter(({ proved_by }) => proved_by === 'traffic');
  return {
    live_failures: last?.failures ?? 0,
    live_failed_at: last?.found_at ?? null,
    live_error: last?.error ?? null,
    live_first_byte_s: latest(ofTraffic, ({ proved_at }) => proved_at ?? 0)?.first_token_s ?? null,
  };
}

function latest(entries: readonly Evidence[], timeOf: (entry: Evidence) => number) {
  return entries.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
}
