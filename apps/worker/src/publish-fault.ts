import { type ChannelFault, type Finding, hasFaultMoved } from '@api-monitor/core';
import type { WorkerDeps } from './worker-deps.ts';

interface FaultChange {
  target_id: number;
  before: ChannelFault | null;
  after: ChannelFault | null;
  /** What was found about the channel's models. */
  findings: readonly Finding[];
}

/**
 * Tells everybody that the channel's fault began, went on or ended, because gateways believe what they
 * heard of it until they hear something newer. A fault ends at the time at which the answer was asked for.
 */
export async function publishFault(
  { bus }: Pick<WorkerDeps, 'bus'>,
  { target_id, before, after, findings }: FaultChange,
): Promise<void> {
  if (!hasFaultMoved(before, after)) return;
  const answers = findings.filter(({ outcome }) => outcome === 'success');
  const at = after?.found_at ?? Math.max(0, ...answers.map(({ began_at }) => began_at));
  await bus.events.publish({ type: 'fault_changed', data: { target_id, fault: after, at } });
}
