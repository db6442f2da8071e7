import {
  answeredAt,
  isChannelWide,
  probePlanOf,
  settleScopes,
  type Target,
} from '@api-monitor/core';
import type { KnownState } from '@api-monitor/db';
import type { ProbeOutcome } from '../probe/probe-model.ts';

interface Hearing {
  target: Target;
  /** The channel's models; none if the channel is known to be at fault. */
  others: readonly KnownState[];
  /** Null if nothing is left of the budget. */
  askWitness: (witness: KnownState) => Promise<ProbeOutcome | null>;
}

/**
 * What a single probe shows. If it seems to be a fault of the whole channel, another model is asked first:
 * a relay may refuse its own key for one model alone. Only if that model meets the same is it the channel's.
 */
export async function hearWitness(
  outcome: ProbeOutcome,
  { target, others, askWitness }: Hearing,
): Promise<ProbeOutcome[]> {
  const witness = isChannelWide(outcome.findings) ? witnessOf(outcome, others, target) : null;
  if (!witness) return [outcome];
  const answer = await askWitness(witness);
  const outcomes = answer ? [outcome, answer] : [outcome];
  const hasAnswered = answer === null || !isChannelWide(answer.findings);
  const findings = settleScopes(
    outcomes.flatMap((from) =>
      from.findings.map((finding) => ({ from, model: from.probe.model, finding })),
    ),
    { hasAnswered, cause: null },
  );
  return outcomes.map((one) => ({
    ...one,
    findings: findings.filter(({ from }) => from === one).map(({ finding }) => finding),
  }));
}

/** The other model that answered last and still counts as proven. */
function witnessOf(
  { probe }: ProbeOutcome,
  others: readonly KnownState[],
  { dont_probe }: Target,
): KnownState | null {
  const proven = others.filter(
    ({ model, gone_at, evidence }) =>
      model !== probe.model &&
      gone_at === null &&
      probePlanOf(model, dont_probe) === 'probed' &&
      evidence.some(({ state }) => state === 'proven'),
  );
  return proven.toSorted((a, b) => answeredAt(b.evidence) - answeredAt(a.evidence))[0] ?? null;
}
