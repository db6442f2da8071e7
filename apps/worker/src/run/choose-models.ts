import type { Target } from '@api-monitor/core';

/** The listed models that a run probes: the selected ones, or all where none is; cut at `max_models`. */
export function chooseModels(
  listed: readonly string[],
  target: Pick<Target, 'selected_models' | 'max_models'>,
): string[] {
  const selected = new Set(target.selected_models);
  const chosen = selected.size === 0 ? [...listed] : listed.filter((id) => selected.has(id));
  return target.max_models === 0 ? chosen : chosen.slice(0, target.max_models);
}
