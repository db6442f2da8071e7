import type { StatusCheck } from './status-history.ts';

/** A whole run of a channel: how many of the models that it asked passed. */
export interface RunCheck {
  run_id: number;
  /** Unix seconds. */
  at: number;
  asked: number;
  passed: number;
}

/** Minutes between two checks in which clients got nothing from a model. Times are Unix seconds. */
export interface ModelOutage {
  /** Its record among the runs. */
  run_id: number;
  model: string;
  since: number;
  until: number;
}

interface Found {
  target_id: number;
  /** Oldest first. */
  runs: readonly RunCheck[];
  outages: readonly ModelOutage[];
  /** The last run before them; null if there was none. */
  before: RunCheck | null;
}

/**
 * The checks of a channel, oldest first: its runs, and each change between them when clients got nothing
 * from some or all of the models that passed the last run.
 */
export function checksOfChannel({ target_id, runs, outages, before }: Found): StatusCheck[] {
  const lastAt = (at: number) => runs.findLast((run) => run.asked > 0 && run.at <= at) ?? before;
  const countOf = (found: readonly ModelOutage[]) => new Set(found.map(({ model }) => model)).size;
  const shareAt = (at: number) => {
    const all = countOf(outages);
    const { asked, passed } = lastAt(at) ?? { asked: all, passed: all };
    const out = countOf(outages.filter(({ since, until }) => since <= at && at < until));
    return Math.max(0, passed - out) / asked;
  };
  const ends = outages.map(({ until: at, run_id }) => ({ at, run_id }));
  const starts = outages.map(({ since: at, run_id }) => ({ at, run_id, hasLasted: true }));
  const changes = new Map([...ends, ...starts].map((change) => [change.at, change]));
  return [
    ...runs.map(({ run_id, at, asked, passed }) => ({
      ...{ target_id, run_id, at, kind: null },
      share: asked === 0 ? 0 : passed / asked,
    })),
    ...[...changes.values()].map((change) => ({
      ...{ target_id, ...change, kind: null },
      share: shareAt(change.at),
    })),
  ].sort((a, b) => a.at - b.at);
}
