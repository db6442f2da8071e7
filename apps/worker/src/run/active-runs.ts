import type { Target } from '@api-monitor/core';

/** The runs of this worker that are under way, so that a change of their target can reach them. */
export interface ActiveRuns {
  /** Registers a run; the signal aborts with a sentence where its target no longer is what it was. */
  begin(target: Target): ActiveRun;
  /** Tells a target's run how the target is now; null: deleted. */
  targetChanged(targetId: number, now: Target | null): void;
}

export interface ActiveRun {
  signal: AbortSignal;
  /** Ends the run from within, e.g. where another worker has taken it for dead. */
  stop(reason: string): void;
  end(): void;
}

export function createActiveRuns(): ActiveRuns {
  const runs = new Map<number, { target: Target; abort: (reason: string) => void }>();
  return {
    begin(target) {
      const controller = new AbortController();
      const abort = (reason: string) => controller.abort(new Error(reason));
      runs.set(target.id, { target, abort });
      return { signal: controller.signal, stop: abort, end: () => runs.delete(target.id) };
    },
    targetChanged(targetId, now) {
      const run = runs.get(targetId);
      const reason = run ? reasonToStop(run.target, now) : null;
      if (reason) run?.abort(reason);
    },
  };
}

/** Null where the run may go on: it ends with the settings that it began with. */
function reasonToStop(before: Target, now: Target | null): string | null {
  if (!now) return 'stopped: the channel was deleted';
  if (before.enabled && !now.enabled) return 'stopped: the channel was disabled';
  return isElsewhere(before, now) ? 'stopped: the address or the key of the channel changed' : null;
}

/** Whether what was asked before says nothing of the channel as it is now. */
export function isElsewhere(before: Target, now: Target): boolean {
  return (
    before.base_url !== now.base_url ||
    before.api_key !== now.api_key ||
    before.verify_ssl !== now.verify_ssl
  );
}
