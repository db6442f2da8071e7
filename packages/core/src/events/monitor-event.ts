import type { ChannelFault } from '../evidence/channel-fault.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { ObjectChange } from '../gateway/gateway-object.ts';
import type { DestinationTest } from '../incidents/sending/destination-test.ts';
import type { probedFields } from '../model-states/probed-fields.ts';
import type { ProbeResult } from '../probes/probe-row.ts';
import type { Run, RunProgress } from '../runs/run.ts';
import type { KeyState } from '../target-keys/key-state.ts';
import type { ChannelTest } from '../targets/channel-test.ts';
import type { TargetStatus } from '../targets/target.ts';

/** A run ended, in any process. */
export interface RunCompleted {
  type: 'run_completed';
  data: Pick<Run, 'target_id' | 'total' | 'success' | 'fail'> & {
    target_name: string;
    status: TargetStatus;
    run_id: number;
  };
}

/** A target was created, changed, moved, deleted, or started running. */
export interface TargetUpdated {
  type: 'target_updated';
  data: { target_id: number };
}

/** A run has listed its models (`probe` is null) or finished another probe. */
export interface RunProgressed {
  type: 'run_progress';
  data: RunProgress & {
    target_id: number;
    run_id: number;
    probe: Pick<ProbeResult, keyof typeof probedFields> | null;
  };
}

/** A setting changed; processes read it again. The event holds no value. */
export interface SettingsChanged {
  type: 'settings_changed';
  data: { keys: string[] };
}

/** Proxy keys were created, changed or revoked; gateways read them again. */
export interface ProxyKeysChanged {
  type: 'proxy_keys_changed';
  data: { key_ids: number[] };
}

/** Traffic changed what is known about a model on one route. */
export interface EvidenceChanged {
  type: 'evidence_changed';
  data: { target_id: number; model: string; evidence: Evidence };
}

/** A whole channel is at fault, or no longer is, as traffic or a probe showed. */
export interface FaultChanged {
  type: 'fault_changed';
  data: { target_id: number; fault: ChannelFault | null; at: number };
}

/** Traffic changed what is known about one of a channel's keys. */
export interface TargetKeyChanged {
  type: 'target_key_changed';
  data: { target_id: number; state: KeyState };
}

/**
 * Targets issued ids or sealed content, by their hashes, which no other target understands; and made or
 * deleted objects for the keys that asked for it.
 */
export interface StateIssued {
  type: 'state_issued';
  data: {
    /** `targetKey`: the hash of the target's key, if it has several. */
    states: [hash: string, targetId: number, targetKey?: string][];
    objects?: (ObjectChange & { target_id: number; key_id: number | null })[];
  };
}

/** A channel was tried; `result` null: the caller no longer waits. */
export interface ChannelTested {
  type: 'channel_tested';
  data: { test_id: string; result: ChannelTest | null };
}

/** A test was sent to a destination; `result` null: the caller no longer waits. */
export interface DestinationTested {
  type: 'destination_tested';
  data: { test_id: string; result: DestinationTest | null };
}

/** Incidents began, changed or ended; pages read them again. */
export interface IncidentsChanged {
  type: 'incidents_changed';
  data: { incident_ids: number[] };
}

/** What alerts depend on was changed by an admin: destinations, rules or maintenance. */
export interface AlertsChanged {
  type: 'alerts_changed';
  data: Record<string, never>;
}

export type MonitorEvent =
  | RunCompleted
  | TargetUpdated
  | RunProgressed
  | SettingsChanged
  | ProxyKeysChanged
  | EvidenceChanged
  | FaultChanged
  | TargetKeyChanged
  | StateIssued
  | ChannelTested
  | DestinationTested
  | IncidentsChanged
  | AlertsChanged;
export type MonitorEventType = MonitorEvent['type'];
