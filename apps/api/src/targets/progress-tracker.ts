import type { MonitorEvent, RunProgress } from '@api-monitor/core';

/** How far each current run has come, from its events. */
export interface ProgressTracker {
  of(targetId: number): RunProgress | null;
  take(event: MonitorEvent): void;
}

export function createProgressTracker(): ProgressTracker {
  const progressByTarget = new Map<number, RunProgress>();
  return {
    of: (targetId) => progressByTarget.get(targetId) ?? null,
    take(event) {
      if (event.type === 'run_progress') {
        const { target_id, total, done } = event.data;
        progressByTarget.set(target_id, { total, done });
      }
      if (event.type === 'run_completed') progressByTarget.delete(event.data.target_id);
    },
  };
}
