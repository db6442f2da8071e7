import { type Run, type RunCut, RunCutError, type Target } from '@api-monitor/core';

/** The runs of this worker that are under way, so that a change of their target can reach them. */
export interface ActiveRuns {
  /** Registers a run; its signal aborts with a `RunCutError` if the target is no longer what it was. */
  begin(run: Pick<Run, 'id'>, target: Target): ActiveRun;
  /** Tells a target's runs how the target is now; null: deleted. */
  targetChanged(targetId: number, now: Target | null): void;
  /** The runs that live, whatever their heartbeat says. */
  runIds(): number[];
  targetIds(): number[];
}

export interface ActiveRun {
  signal: AbortSignal;
  /** Ends the run from within, for example if another worker has taken it for dead. */
  stop(cut: RunCut): void;
  end(): void;
}

export function createActiveRuns(): ActiveRuns {
  // By run: after a leap of the clock a target may have had a second one.
  const runs = new Map<number, { target: Target; abort: (cut: RunCut) => void }>();
  return {
    begin({ id }, target) {
      const controller = new AbortController();
      const abort = (cut: RunCut) => controller.abort(new RunCutError(cut));
      runs.set(id, { target, abort });
      return { signal: controller.signal, stop: abort, end: () => runs.delete(id) };
    },
    targetChanged(targetId, now) {
      for (const { target, abort } of runs.values()) {
        const cut = target.id === targetId ? cutBy(target, now) : null;
        if (cut) abort(cut);
      }
    },
    runIds: () => [...runs.keys()],
    targetIds: () => [...runs.values()].map(({ target }) => target.id),
  };
}

/** Null if the run may go on: it ends with the settings that it began with. */
function cutBy(before: Target, now: Target | null): RunCut | null {
  if (!now) return 'target_deleted';
  if (before.enabled && !now.enabled) return 'target_disabled';
  return isElsewhere(before, now) ? 'target_moved' : null;
}

/** Whether what was asked before says nothing of the channel as it is now. */
export function isElsewhere(before: Target, now: Target): boolean {
  return (
    before.base_url !== now.base_url ||
    before.api_key !== now.api_key ||
    before.verify_ssl !== now.verify_ssl
  );
}
