import type { ProbeRow, Run } from '@api-monitor/core';

/** The runs that were under way before, or weren't there, and have ended now. */
export function endedSince<Listed extends Pick<Run, 'id' | 'status'>>(
  before: readonly Listed[],
  now: readonly Listed[],
): Listed[] {
  const hasEnded = ({ status }: Listed) => status !== 'running';
  const known = new Set(before.filter(hasEnded).map(({ id }) => id));
  return now.filter((run) => hasEnded(run) && !known.has(run.id));
}

/** A channel's rows, newest first, with those of further runs, each in the order of probing. */
export function withRuns(
  rows: readonly ProbeRow[],
  added: readonly (readonly ProbeRow[])[],
): ProbeRow[] {
  const newest = added.flatMap((run) => run.toReversed());
  const least = Math.min(...added.flatMap(([first]) => (first ? [first.run_id] : [])));
  // Most rows are older than what is added, and stand as they are to stand.
  const older = rows.findIndex(({ run_id }) => run_id < least);
  const mixed = older < 0 ? rows : rows.slice(0, older);
  const settled = older < 0 ? [] : rows.slice(older);
  return [...[...newest, ...mixed].sort((a, b) => b.run_id - a.run_id), ...settled];
}
