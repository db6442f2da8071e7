import type { Target } from './target.ts';

// Browsers import this file, so it must not import zod.

/**
 * The models that a run deals with: those typed by hand, then the listed ones, all or the selected ones, up
 * to `max_models`.
 */
export function chooseModels(
  listed: readonly string[],
  target: Pick<Target, 'selected_models' | 'max_models' | 'models' | 'models_mode'>,
): string[] {
  const typed = target.models_mode === 'listed' ? [] : target.models;
  const others = target.models_mode === 'manual' ? [] : listed;
  const selected = new Set(target.selected_models);
  const chosen = selected.size === 0 ? others : others.filter((model) => selected.has(model));
  const models = [...new Set([...typed, ...chosen])];
  return target.max_models === 0 ? models : models.slice(0, target.max_models);
}
