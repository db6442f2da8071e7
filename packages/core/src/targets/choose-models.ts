import { createChannelNames } from '../names/channel-names.ts';
import { modelKey } from '../routing/asked-route.ts';
import { matchesPattern } from '../text/matches-pattern.ts';
import type { Target } from './target.ts';

// Browsers import this file, so it must not import zod.

type Choosing = Pick<
  Target,
  'selected_models' | 'max_models' | 'models' | 'models_mode' | 'exclude' | 'model_aliases'
>;

/**
 * The models that a run deals with, by their ids: those typed by hand and those that aliases stand for, then
 * the listed ones, all or the selected ones, up to `max_models`. Excluded ones are left out, and an alias is
 * no model of its own.
 */
export function chooseModels(listed: readonly string[], target: Choosing): string[] {
  const typed = target.models_mode === 'listed' ? [] : target.models;
  const others = target.models_mode === 'manual' ? [] : listed;
  const selected = new Set(target.selected_models);
  const chosen = selected.size === 0 ? others : others.filter((model) => selected.has(model));
  const names = createChannelNames(target.model_aliases);
  const byKey = new Map<string, string>();
  const known = new Map(others.map((model) => [modelKey(model), model]));
  const aliased = [...names.ids()].map((id) => known.get(id) ?? id);
  for (const model of [...typed, ...aliased, ...chosen]) {
    const key = modelKey(model);
    const id = names.idOf(key);
    if (byKey.has(id) || isExcluded(id, target)) continue;
    byKey.set(id, id === key ? model : (known.get(id) ?? id));
  }
  const models = [...byKey.values()];
  return target.max_models === 0 ? models : models.slice(0, target.max_models);
}

/** Whether a model is left out of the channel entirely. */
export function isExcluded(model: string, { exclude }: Pick<Target, 'exclude'>): boolean {
  return exclude.some((pattern) => matchesPattern(modelKey(model), pattern));
}
