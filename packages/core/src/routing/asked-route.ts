/** What a request asks for: a model of one target, or of the best target that offers it. */
export type Asked<T> =
  | { kind: 'pinned'; target: T; model: string }
  | { kind: 'bare'; model: string };

/**
 * Reads a model's name as `target/model` if the part before its first slash is a target's name, else as
 * the model alone, which may contain slashes. `pinned`: the target that the request
 * names beside its model.
 */
export function askedRoute<T>(
  model: string,
  byName: (name: string) => T | null | undefined,
  pinned: T | null = null,
): Asked<T> {
  const split = splitTargetModel(model);
  const named = split && byName(split.target);
  if (split && named && (pinned ?? named) === named) {
    return { kind: 'pinned', target: named, model: split.model };
  }
  return pinned ? { kind: 'pinned', target: pinned, model } : { kind: 'bare', model };
}

/** The part before the first slash, and the rest; null if the name can't begin with a target's. */
export function splitTargetModel(name: string): { target: string; model: string } | null {
  const slash = name.indexOf('/');
  return slash > 0 ? { target: name.slice(0, slash), model: name.slice(slash + 1) } : null;
}
