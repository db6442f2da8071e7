import type { Run, Target } from '@api-monitor/core';

/** The runs of this worker that are under way, so that a change of their target can reach them. */
export interface ActiveRuns {
  /** Registers a run; the signal aborts with a sentence where its target no longer is what it was. */
  begin(run: Pick<Run, 'id'>, target: Target): ActiveRun;
  /** Tells a target's runs how the target is now; null: deleted. */
  targetChanged(targetId: number, now: Target | null): void;
  /** The runs that live, whatever their heartbeat says. */
  runIds(): number[];
  targetIds(): number[];
}

export interface ActiveRun {
  signal: AbortSignal;
  /** Ends the run from within, e.g. where another worker has taken it for dead. */
  stop(reason: string): void;
  end(): void;
}

/** What a run is stopped with whose target is to be asked elsewhere, or otherwise, from now on. */
export const movedReason = 'stopped: the address or the key of the channel changed';

export function createActiveRuns(): ActiveRuns {
  // By run: after a leap of the clock a target may have had a second one.
  const runs = new Map<number, { target: Target; abort: (reason: string) => void }>();
  return {
    begin({ id }, target) {
      const controller = new AbortController();
      const abort = (reason: string) => controller.abort(new Error(reason));
      runs.set(id, { target, abort });
      return { signal: controller.signal, stop: abort, end: () => runs.delete(id) };
    },
    targetChanged(targetId, now) {
      for (const { target, abort } of runs.values()) {
        const reason = target.id === targetId ? reasonToStop(target, now) : null;
        if (reason) abort(reason);
      }
    },
    runIds: () => [...runs.keys()],
    targetIds: () => [...runs.values()].map(({ target }) => target.id),
  };
}

/** Null where the run may go on: it ends with the settings that it began with. */
function reasonToStop(before: Target, now: Target | null): string | null {
  if (!now) return 'stopped: the channel was deleted';
  if (before.enabled && !now.enabled) return 'stopped: the channel was disabled';
  return isElsewhere(before, now) ? movedReason : null;
}

/** Whether what was asked before says nothing of the channel as it is now. */
export function isElsewhere(before: Target, now: Target): boolean {
  return (
    before.base_url !== now.base_url ||
    before.api_key !== now.api_key ||
    before.verify_ssl !== now.verify_ssl
  );
}
