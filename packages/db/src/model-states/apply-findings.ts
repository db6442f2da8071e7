import {
  type ChannelKeys,
  type Evidence,
  type Finding,
  type Knowledge,
  nextKnowledge,
} from '@api-monitor/core';

/** A finding with the model that it is about. */
export interface FindingOnModel {
  model: string;
  finding: Finding;
}

/** What is known about the models of one channel. */
export interface ChannelKnowledge {
  evidence: ReadonlyMap<string, readonly Evidence[]>;
  fault: Knowledge['fault'];
  /** Undefined if the channel has only one key. */
  keys?: ChannelKeys | undefined;
}

/** What is known after these findings, whose order doesn't matter; the given knowledge stays unchanged. */
export function applyFindings(
  before: ChannelKnowledge,
  findings: readonly FindingOnModel[],
  intervalS: number,
): ChannelKnowledge {
  const evidence = new Map(before.evidence);
  let { fault, keys } = before;
  for (const { model, finding } of findings.toSorted((a, b) => a.finding.at - b.finding.at)) {
    const known = { evidence: evidence.get(model) ?? [], fault, keys };
    const next = nextKnowledge(known, finding, { model, intervalS });
    evidence.set(model, next.evidence);
    fault = next.fault;
    keys = next.keys;
  }
  return { evidence, fault, keys };
}
