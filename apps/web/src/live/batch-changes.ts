/** What changed since the last time: single channels, or all of them. */
export interface Changes {
  ids: ReadonlySet<number>;
  all: boolean;
}

/**
 * Gathers changes and tells them together, once for each turn of `schedule` (an animation frame),
 * so that a hundred events cost one drawing. Returns how to note a change; null means all.
 */
export function batchChanges(
  schedule: (callback: () => void) => void,
  apply: (changes: Changes) => void,
): (id: number | null) => void {
  let ids = new Set<number>();
  let all = false;
  let isScheduled = false;
  return (id) => {
    if (id === null) all = true;
    else ids.add(id);
    if (isScheduled) return;
    isScheduled = true;
    schedule(() => {
      const changes = { ids, all };
      ids = new Set();
      all = false;
      isScheduled = false;
      apply(changes);
    });
  };
}
