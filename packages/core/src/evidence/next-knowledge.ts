import { type ChannelFault, nextFault } from './channel-fault.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { nextEvidence } from './next-evidence.ts';

/** What is known about a model on all routes, and about its channel. */
export interface Knowledge {
  evidence: readonly Evidence[];
  fault: ChannelFault | null;
}

/**
 * What is known after one more finding about a model. A failure of the whole model counts on every route
 * on which it was proven; one of the whole channel leaves the routes as they are, because the fault
 * outweighs them until it ends.
 */
export function nextKnowledge(before: Knowledge, finding: Finding, intervalS: number): Knowledge {
  const fault = nextFault(before.fault, finding, intervalS);
  if (finding.outcome === 'failure' && finding.scope === 'channel') {
    return { evidence: before.evidence, fault };
  }
  const isOfModel = finding.outcome === 'failure' && finding.scope === 'model';
  const own = before.evidence.find(({ route }) => route === finding.route) ?? null;
  const others = before.evidence.filter((entry) => entry !== own);
  const next = nextEvidence(own, finding, intervalS);
  const evidence = [
    ...others.map((entry) =>
      isOfModel && entry.state === 'proven'
        ? nextEvidence(entry, { ...finding, route: entry.route }, intervalS)
        : entry,
    ),
    next,
  ];
  return { evidence, fault };
}

/** A model that has failed for longer is dead, and only whole runs ask it. */
export const longDeadS = 86_400;

/** When a single probe should ask a model again; null if none is due. */
export function recheckAt(evidence: readonly Evidence[]): number | null {
  const rests = evidence.flatMap(({ state, failures, failing_since, rest_until }) => {
    const isAskable = failures > 0 && (state === 'proven' || state === 'failed');
    if (!isAskable || rest_until === null) return [];
    return rest_until - (failing_since ?? rest_until) > longDeadS ? [] : rest_until;
  });
  return rests.length === 0 ? null : Math.min(...rests);
}
