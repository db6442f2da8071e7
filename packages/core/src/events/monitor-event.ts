import type { probedFields } from '../model-states/probed-fields.ts';
import type { ProbeResult } from '../probes/probe-row.ts';
import type { Run, RunProgress } from '../probes/run.ts';
import type { PublishedBreaker } from '../routing/breaker.ts';
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

/** A gateway's breaker opened or closed, or its state changed while it is open. */
export interface BreakerChanged {
  type: 'breaker_changed';
  data: PublishedBreaker;
}

export type MonitorEvent =
  | RunCompleted
  | TargetUpdated
  | RunProgressed
  | SettingsChanged
  | ProxyKeysChanged
  | BreakerChanged;
export type MonitorEventType = MonitorEvent['type'];
