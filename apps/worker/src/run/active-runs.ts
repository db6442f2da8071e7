import { type Run, type RunCut, RunCutError, type Target } from '@api-monitor/core';
import type { RunRow } from '@api-monitor/db';
import { hasMoved } from './has-moved.ts';

export type ActiveRuns = ReturnType<typeof createActiveRuns>;
export type ActiveRun = ReturnType<ActiveRuns['begin']>;
export type HeartbeatWatch = ReturnType<typeof createHeartbeatWatch>;

/** The running runs of this worker. Changes of a target reach its runs through them. */
export function createActiveRuns() {
  // By run: after the clock has jumped, a target may have two.
  const runs = new Map<number, { target: Target; stop: (cut: RunCut) => void }>();
  return {
    /** Registers a run; its signal aborts with a `RunCutError` if its target changes too much. */
    begin({ id }: Pick<Run, 'id'>, target: Target) {
      const controller = new AbortController();
      const stop = (cut: RunCut) => controller.abort(new RunCutError(cut));
      runs.set(id, { target, stop });
      return {
        signal: controller.signal,
        /** Ends the run, for example because another worker has taken it for dead. */
        stop,
        end: () => void runs.delete(id),
      };
    },
    /** `now` is the target after its change; null: deleted. */
    targetChanged(targetId: number, now: Target | null): void {
      for (const { target, stop } of runs.values()) {
        const cut = target.id === targetId ? cutBy(target, now) : null;
        if (cut) stop(cut);
      }
    },
    runIds: () => [...runs.keys()],
    targetIds: () => [...runs.values()].map(({ target }) => target.id),
  };
}

/** Null if the run may continue, with the settings that it began with. */
function cutBy(before: Target, now: Target | null): RunCut | null {
  if (!now) return 'target_deleted';
  if (before.enabled && !now.enabled) return 'target_disabled';
  return hasMoved(before, now) ? 'target_moved' : null;
}

/**
 * A run is dead after this many looks in a row with the same heartbeat. Its worker updates the heartbeat
 * at every second look.
 */
const stillLooks = 8;

/**
 * Finds the dead runs of other workers. It counts looks instead of seconds, so that no difference or jump
 * of clocks, and no sleep of the host, makes a run look dead before its worker had time for a heartbeat.
 */
export function createHeartbeatWatch() {
  let seen = new Map<number, { heartbeat_at: number | null; looks: number }>();
  return {
    /** Takes the other workers' runs as they are now, and returns the dead ones. */
    look(runs: readonly RunRow[]): RunRow[] {
      const looksOf = ({ id, heartbeat_at }: RunRow) => {
        const before = seen.get(id);
        return before?.heartbeat_at === heartbeat_at ? before.looks + 1 : 0;
      };
      seen = new Map(
        runs.map((run) => [run.id, { heartbeat_at: run.heartbeat_at, looks: looksOf(run) }]),
      );
      return runs.filter(({ id }) => (seen.get(id)?.looks ?? 0) >= stillLooks);
    },
  };
}
