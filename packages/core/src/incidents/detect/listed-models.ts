import type { Observation } from '../findings/observation.ts';

interface Lists {
  target_id: number;
  /** null: the channel was never listed. */
  before: readonly string[] | null;
  after: readonly string[];
  at: number;
}

/**
 * The new and the gone models of a channel's list, as notes. An empty list is a fault of the channel, and
 * everything is new on a channel that was never listed.
 */
export function findListedModels({ target_id, before, after, at }: Lists): Observation[] {
  if (before === null || before.length === 0 || after.length === 0) return [];
  const [known, now] = [new Set(before), new Set(after)];
  const noteOf = (kind: 'model_new' | 'model_gone', model: string): Observation => {
    return { subject: { kind, target_id, model, name: null }, is_bad: true, at };
  };
  return [
    ...[...now].filter((model) => !known.has(model)).map((model) => noteOf('model_new', model)),
    ...[...known].filter((model) => !now.has(model)).map((model) => noteOf('model_gone', model)),
  ];
}
