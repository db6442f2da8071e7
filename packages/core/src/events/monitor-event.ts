import type { HistoryPoint } from '../probes/probe-row.ts';
import type { Route, WireProtocol } from '../probes/route.ts';
import type { PublishedBreaker } from '../routing/breaker.ts';
import type { TargetStatus } from '../targets/target.ts';

/** A run ended, in whatever process it ran. */
export interface RunCompleted {
  type: 'run_completed';
  data: {
    target_id: number;
    target_name: string;
    status: TargetStatus;
    total: number;
    success: number;
    fail: number;
    run_id: number;
  };
}

/** A target was created, changed, reordered, deleted, or starts running. */
export interface TargetUpdated {
  type: 'target_updated';
  data: { target_id: number };
}

/** A run has listed its models (`probe` is null) or ended one more probe. */
export interface RunProgressed {
  type: 'run_progress';
  data: {
    target_id: number;
    run_id: number;
    total: number;
    done: number;
    probe: (HistoryPoint & { protocol: WireProtocol; route: Route; model: string }) | null;
  };
}

/** A setting changed; processes re-read it. No value travels. */
export interface SettingsChanged {
  type: 'settings_changed';
  data: { keys: string[] };
}

/** Proxy keys were made, changed or revoked; gateways re-read them. */
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
