import type { ProbeResult } from '@api-monitor/core';
import { askAwake, type FreezeWatch } from '../probe/freeze-watch.ts';
import type { ProbeOutcome } from '../probe/probe-model.ts';
import type { Pace } from './pace.ts';

interface Patience {
  pace: Pace;
  freezes: FreezeWatch;
  /** Unix seconds. */
  nowS: () => number;
}

/** How long a probe waits for a channel that doesn't say how long. */
const restsS = [1, 2, 4];
/** A channel that asks for more than this in all is limited, as far as clients are concerned. */
const patienceS = 20;
/** A channel may say "one second" for ever. */
const mostAsked = 6;

/**
 * Asks until the answer says something about the channel: after too many requests the channel rests as long
 * as it says, and what was lost while this process was frozen is asked again. The requests of all tries
 * are in the outcome.
 */
export async function askPatiently(
  ask: () => Promise<ProbeOutcome>,
  { pace, freezes, nowS }: Patience,
): Promise<ProbeOutcome> {
  let waitedS = 0;
  let before: ProbeOutcome | null = null;
  for (let tries = 1; ; tries += 1) {
    const sentAtOnce = pace.limit();
    const outcomes = await pace.inTurn(() =>
      askAwake(ask, ({ probe }) => probe.error_kind, { freezes, nowS }),
    );
    const total = totalOf(before ? [before, ...outcomes] : outcomes);
    const { probe } = total;
    before = total;
    if (probe.error_kind !== 'rate_limit' || tries >= mostAsked) return total;
    const restS = restOf(total, tries);
    if (restS === null || waitedS + restS > patienceS) {
      pace.complain(sentAtOnce, 0);
      return total;
    }
    waitedS += restS;
    if (!pace.complain(sentAtOnce, restS)) return total;
  }
}

function restOf({ findings }: ProbeOutcome, tries: number): number | null {
  const told = findings.findLast(({ kind }) => kind === 'rate_limit')?.retry_after_s;
  return told && told > 0 ? Math.max(told, 0.2) : (restsS[tries - 1] ?? null);
}

/** The last outcome, with what all of them cost. */
export function totalOf(outcomes: readonly [...ProbeOutcome[], ProbeOutcome]): ProbeOutcome {
  return outcomes.reduce((before, next) => ({
    ...next,
    probe: withCostOf(before.probe, next.probe),
  }));
}

function withCostOf(before: ProbeResult, latest: ProbeResult): ProbeResult {
  return {
    ...latest,
    requests: before.requests + latest.requests,
    input_tokens: plus(before.input_tokens, latest.input_tokens),
    output_tokens: plus(before.output_tokens, latest.output_tokens),
  };
}

function plus(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}
