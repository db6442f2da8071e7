import type {
  AdminSession,
  AuditEntry,
  BalanceRow,
  ChannelBalance,
  Delivery,
  Destination,
  Incident,
  IncidentEvent,
  Maintenance,
  ModelState,
  ObjectKind,
  ProbeRow,
  ProxyKey,
  ProxyRequest,
  ProxyTotals,
  RecordedRoute,
  RequestOutcome,
  Run,
  StatusItem,
  StatusNote,
  Target,
} from '@api-monitor/core';
import type { Generated } from 'kysely';
import type { Bit, Columns } from './engine/columns.ts';
import type { PeriodTotals } from './probe-totals/probe-totals.ts';

/** The columns that keep the fields of a shape. */
type Table<Fields extends { id: number }> = Columns<Omit<Fields, 'id'>> & { id: Generated<number> };

/**
 * Tables have the names of the wire. Times are Unix seconds, JSON is text, secrets are sealed. Beside the
 * columns of its shape, a table may have some that only the database needs.
 */
export interface Schema {
  targets: Table<Target> & {
    /** JSON: string[], every model that the channel last listed; null before the first list. */
    listed_models: string | null;
    /** JSON: ListNews[], of the last day. */
    list_news: Generated<string>;
    /** When it was deleted for everyone; the row stays until its history is gone. */
    deleted_at: number | null;
    /** Grows with every change of the configuration, and of what is known about a model: gateways follow it. */
    revision: Generated<number>;
    /** JSON, opaque here: the way of listing models that worked. */
    list_way: string | null;
    /** How many probes at a time the channel bears; null: no limit is known. */
    probe_concurrency: number | null;
    /** When a probe asks the next of the keys that fail; null: none does, or the whole channel fails. */
    key_recheck_at: number | null;
    /** When its certificate ends, as it was read last; null: it was never read. */
    certificate_ends_at: number | null;
    /** When reading it was last tried. */
    certificate_read_at: number | null;
  };
  runs: Table<Run> & {
    /** When the worker last reported that the run is alive; null in runs of the older tool. */
    heartbeat_at: number | null;
  };
  run_models: Table<ProbeRow>;
  model_states: Columns<ModelState> & ModelStateColumns;
  probe_totals: Table<PeriodTotals & { id: number; target_id: number }>;
  app_settings: AppSettingsTable;
  proxy_keys: Table<Omit<ProxyKey, 'allowed_target_ids'>> & ProxyKeyColumns;
  proxy_requests: Table<ProxyRequest & { id: number }> & {
    /** Follows from the status and the error; stored so that the few bad requests are found at once. */
    outcome: RequestOutcome;
  };
  proxy_totals: ProxyTotalsTable;
  first_token_totals: FirstTokenTotalsTable;
  gateway_objects: GatewayObjectsTable;
  price_data: PriceDataTable;
  status_items: Table<StatusItem> & {
    sort_order: number;
  };
  admin_sessions: Table<AdminSession> & {
    /** SHA-256 of the cookie's token, in hex; the token itself isn't stored. */
    token_hash: string;
  };
  second_factor: SecondFactorTable;
  recovery_codes: RecoveryCodesTable;
  audit_log: Table<AuditEntry>;
  alert_state: AlertStateTable;
  incidents: Columns<Incident> & {
    /** Whether it is part of the state: it is open, or its end is still to be told. */
    is_current: Bit;
  };
  incident_events: Columns<IncidentEvent> & { id: Generated<number> };
  destinations: Table<Destination> & {
    /** Sealed JSON, as the destination's adapter takes it. */
    config: string;
    /** The file that code has set it from; null: people did. */
    managed_by: string | null;
  };
  deliveries: Table<Delivery> & {
    /** Until when the worker that sends it has it for itself. */
    leased_until: number | null;
  };
  channel_balances: Columns<ChannelBalance>;
  balances: Columns<BalanceRow> & { id: Generated<number> };
  maintenance_windows: Table<Maintenance>;
  status_notes: Table<StatusNote>;
}

/** One row for each target and model, written in the transaction that ends a run. */
interface ModelStateColumns {
  target_id: number;
  run_id: number;
  /** Whether the model counts: the target's last completed run probed it, or it vanished while it counted. */
  in_last_run: Bit;
  /** When the last check of a run was; null before the first. Rechecks don't move it. */
  watched_until: number | null;
  /** JSON, opaque here: what worked when this model was probed on this channel. */
  remembered: string | null;
  /** JSON: HistoryPoint[], oldest first. The widest column is the last: reads without it stay short. */
  history: string;
}

/** One row, absent before the first step. */
interface AlertStateTable {
  id: number;
  /** Grows with each change. */
  revision: number;
  /** JSON: AlertState without its incidents. */
  state: string;
  updated_at: number;
}

interface AppSettingsTable {
  key: string;
  /** Sealed if the key is one of `secretSettingKeys`. */
  value: string;
  updated_at: number;
}

interface ProxyKeyColumns {
  /** SHA-256 of the key, in hex; the key itself isn't stored. */
  key_hash: string;
  /** JSON: number[], the key's `allowed_target_ids`. */
  allowed_targets: string;
  /** Grows with every change that matters to a gateway; use doesn't. */
  revision: Generated<number>;
  /** What it had used by the totals that retention has deleted. */
  pruned_cost: Generated<number>;
  pruned_requests: Generated<number>;
  pruned_tokens: Generated<number>;
}

/** The sums of the requests of one hour, so that totals never read the requests themselves. */
interface ProxyTotalsTable
  extends Omit<ProxyTotals, 'group' | 'name' | 'is_objects' | 'first_byte_s'> {
  /** The hour's start. */
  hour: number;
  /** 0: the master token. */
  key_id: number;
  /** 0: no channel was chosen. */
  target_id: number;
  /** '': none was chosen. */
  model: string;
  route: RecordedRoute;
  outcome: RequestOutcome;
  key_name: string;
  target_name: string | null;
  /** The sum of the times to the first byte, in seconds, and how many there were. */
  first_byte_sum_s: number;
  first_byte_count: number;
}

/** How long streams took to their first token within one period. */
interface FirstTokenTotalsTable {
  id: Generated<number>;
  period_s: number;
  starts_at: number;
  target_id: number;
  /** As the channel names it. */
  model: string;
  /** JSON: Histogram. */
  first_tokens: string;
}

/** At most one row: newer data than the price table that is built in. */
interface PriceDataTable {
  id: 1;
  /** Grows with each change of `prices`. */
  revision: number;
  /** The setting that it was read from. */
  source: string;
  /** JSON, as `packages/prices` writes it: the last good data; null: none yet. */
  prices: string | null;
  /** When `prices` was read. */
  fetched_at: number | null;
  /** When the source was last read, or tried. */
  tried_at: number;
  /** What was wrong then; null: nothing. */
  error: string | null;
}

/** What a channel keeps for a key. */
interface GatewayObjectsTable {
  id: Generated<number>;
  /** The start of the id's SHA-256, in base64url. */
  object_hash: string;
  target_id: number;
  /** The hash of the channel's key that made it; null: the channel had only one. */
  target_key: string | null;
  /** null: the master token. */
  key_id: number | null;
  kind: ObjectKind;
  created_at: number;
  /** null: it stays until it is deleted. */
  expires_at: number | null;
}

/** At most one row: the second factor. */
interface SecondFactorTable {
  id: 1;
  /** Sealed; base32 within. */
  secret: string;
  created_at: number;
  /** null: enrolled, but not in force until the first code has been entered. */
  confirmed_at: number | null;
  /** The 30 s step of the last code that was accepted; codes up to it are refused. */
  last_step: number;
}

interface RecoveryCodesTable {
  /** SHA-256 of the code, in hex. */
  code_hash: string;
  used_at: number | null;
}
