import { probeRowLimit, type Run } from '@api-monitor/core';
import type { Stack } from './stack.ts';

/** What the monitor recorded of the runs, and what is wrong with it. */
export interface RunCheck {
  runs: number;
  interrupted: number;
  /** Still marked as running although nothing runs any more. */
  stuck: number;
  /** Started before the previous one had ended. */
  overlapping: number;
  rows: number;
}

/** Reads every channel's runs; call it when all of them should be over. */
export async function checkRuns(stack: Stack): Promise<RunCheck> {
  const check: RunCheck = { runs: 0, interrupted: 0, stuck: 0, overlapping: 0, rows: 0 };
  for (const id of stack.targetIds) {
    const runs: Run[] = (await stack.ask(`/api/targets/${id}/runs?limit=200`)).json.items;
    const logs = await stack.ask(`/api/targets/${id}/logs?scope=all&limit=${probeRowLimit}`);
    check.rows += logs.json.count;
    check.runs += runs.length;
    check.stuck += runs.filter(({ status }) => status === 'running').length;
    check.interrupted += runs.filter(({ cut }) => cut === 'interrupted').length;
    const oldestFirst = runs.toReversed();
    check.overlapping += oldestFirst.filter(({ finished_at }, at) => {
      const next = oldestFirst[at + 1];
      return next && finished_at !== null && next.started_at < finished_at;
    }).length;
  }
  return check;
}
