import type { RunRow } from '@api-monitor/db';

/** Notices which runs' hearts stand still. */
export interface HeartbeatWatch {
  /** Takes the runs of other workers as they are now, and returns those that are dead. */
  look(runs: readonly RunRow[]): RunRow[];
}

/** So many looks in a row at the same heartbeat are a death; a worker beats at every second look. */
const stillLooks = 8;

/**
 * Counts looks, not seconds: no clock that differs or leaps, and no sleep of the host, takes a run for
 * dead whose worker has had no time to beat.
 */
export function createHeartbeatWatch(): HeartbeatWatch {
  let seen = new Map<number, { heartbeat_at: number | null; looks: number }>();
  return {
    look(runs) {
      const now = new Map<number, { heartbeat_at: number | null; looks: number }>();
      for (const { id, heartbeat_at } of runs) {
        const before = seen.get(id);
        const isStill = before?.heartbeat_at === heartbeat_at;
        now.set(id, { heartbeat_at, looks: isStill ? before.looks + 1 : 0 });
      }
      seen = now;
      return runs.filter(({ id }) => (now.get(id)?.looks ?? 0) >= stillLooks);
    },
  };
}
