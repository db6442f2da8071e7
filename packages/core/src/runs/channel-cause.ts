import type { ChannelFault } from '../evidence/channel-fault.ts';
import { type Finding, isOfChannel, isOfWholeChannel } from '../evidence/finding.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import type { ProbeResult } from '../probes/probe-row.ts';

/** Why no model of a channel answers. */
export interface ChannelCause {
  kind: ErrorKind;
  /** As the probe that met it says it. */
  error: string;
}

/** What makes a whole channel suspect before any model is asked. */
export interface Suspicion {
  /** Why the list could not be read; null if it was, or wasn't asked for. */
  list: ErrorKind | null;
  fault: ChannelFault | null;
}

const connectionKinds: readonly (ErrorKind | null)[] = ['network', 'timeout', 'tls'];
const accountKinds: readonly (ErrorKind | null)[] = ['auth', 'quota'];

/** A key may be refused for some models only, so a channel whose list was read isn't given up sooner. */
const refusalsToGiveUp = 3;

/** How many models are asked one by one before the others, because the whole channel may be at fault. */
export function askedFirst({ list, fault }: Suspicion): number {
  if (fault || accountKinds.includes(list)) return 1;
  return connectionKinds.includes(list) ? 2 : 0;
}

/** What a probe of one model found. */
interface ProbedModel {
  probe: Pick<ProbeResult, 'success' | 'error_kind' | 'error'>;
  findings: readonly Finding[];
}

/** Notices when every probe of a run meets the same fault of the whole channel. */
export function watchForCause(suspicion: Suspicion) {
  const { list, fault } = suspicion;
  let hasAnswered = false;
  let causes: { cause: ChannelCause; isConnection: boolean }[] = [];
  const refusalsNeeded = fault || accountKinds.includes(list) ? 1 : refusalsToGiveUp;
  const connectionsNeeded = connectionsNeededBy(suspicion);
  return {
    take({ probe, findings }: ProbedModel): void {
      if (probe.success) hasAnswered = true;
      if (hasAnswered) causes = [];
      const { error_kind: kind, error } = probe;
      if (hasAnswered || kind === null || error === null) return;
      const isConnection = connectionKinds.includes(kind);
      if (isConnection || isChannelWide(findings)) {
        causes.push({ cause: { kind, error }, isConnection });
      }
    },
    /** Null unless no other model needs to be asked. */
    cause(): ChannelCause | null {
      const connections = causes.filter(({ isConnection }) => isConnection);
      const refusals = causes.filter(({ isConnection }) => !isConnection);
      if (refusals.length >= refusalsNeeded) return refusals.at(-1)?.cause ?? null;
      if (connections.length >= connectionsNeeded) return connections.at(-1)?.cause ?? null;
      return null;
    },
    hasAnswered: () => hasAnswered,
  };
}

function connectionsNeededBy({ list, fault }: Suspicion): number {
  if (fault && connectionKinds.includes(fault.kind)) return 1;
  return connectionKinds.includes(list) ? 2 : Number.POSITIVE_INFINITY;
}

/** Whether a probe met a fault that seems to be the whole channel's, by what decided it. */
export function isChannelWide(findings: readonly Finding[]): boolean {
  const decisive = findings.at(-1);
  return decisive !== undefined && isOfWholeChannel(decisive);
}

/**
 * The findings of a run as they are recorded. What some models of the channel met while others answered is
 * theirs alone; what all of them met is the channel's, and is recorded once for each of its keys. A key that
 * got no answer is at fault if another key got one for the same model.
 */
export function settleScopes<One extends { model: string; finding: Finding }>(
  findings: readonly One[],
  { hasAnswered, cause }: { hasAnswered: boolean; cause: ChannelCause | null },
): One[] {
  if (hasAnswered) {
    const isKeys = keysOwnIn(findings);
    return findings.map((one) => (isKeys(one) ? one : withScope(one, 'model')));
  }
  const widened = findings.map((one) =>
    cause && one.finding.outcome === 'failure' && one.finding.kind === cause.kind
      ? withScope(one, 'channel')
      : one,
  );
  const isOfWhole = ({ finding }: One) => isOfWholeChannel(finding);
  const byKey = Map.groupBy(widened.filter(isOfWhole), ({ finding }) => finding.key);
  const last = new Set([...byKey.values()].map((ofKey) => ofKey.at(-1)));
  return widened.filter((one) => last.has(one) || !isOfWhole(one));
}

/** Tells which of the findings are about one key alone. */
function keysOwnIn<One extends { model: string; finding: Finding }>(findings: readonly One[]) {
  const answers = findings.filter(({ finding }) => finding.outcome === 'success');
  const keys = new Set(answers.map(({ finding }) => finding.key));
  const models = new Set(answers.map(({ model }) => model));
  return ({ model, finding }: One) =>
    finding.key !== undefined &&
    isOfChannel(finding) &&
    !keys.has(finding.key) &&
    models.has(model);
}

function withScope<One extends { finding: Finding }>(one: One, scope: 'model' | 'channel'): One {
  const { outcome, scope: before } = one.finding;
  const isKept = outcome !== 'failure' || before === scope || before === 'route';
  return isKept ? one : { ...one, finding: { ...one.finding, scope } };
}
