/** What a request asks for: a model of one target, or of the best target that offers it. */
export type Asked<T> =
  | { kind: 'pinned'; target: T; model: string }
  /** `named`: the target whose name the model's also begins with, and its model. */
  | { kind: 'bare'; model: string; named: { target: T; model: string } | null };

interface Lookup<T> {
  byName: (name: string) => T | null | undefined;
  /** Whether a target lists this very name, which may contain slashes. */
  isListed: (model: string) => boolean;
}

/**
 * Reads a model's name. A name that some target lists is bare, even if it begins like `target/model`; any
 * other is `target/model` if it begins with a target's name, else bare. Names of targets may contain slashes
 * too. `pinned`: the target that the request names beside its model.
 */
export function askedRoute<T>(
  name: string,
  { byName, isListed }: Lookup<T>,
  pinned: T | null = null,
): Asked<T> {
  const model = modelKey(name);
  const named = namedTarget(model, byName);
  if (pinned) {
    const own = named?.target === pinned ? named.model : model;
    return { kind: 'pinned', target: pinned, model: own };
  }
  if (isListed(model) || !named) return { kind: 'bare', model, named };
  return { kind: 'pinned', ...named };
}

/** A model's name as names are compared: Google lists its own with the prefix `models/`. */
export function modelKey(name: string): string {
  return name.startsWith('models/') ? name.slice('models/'.length) : name;
}

/** The target with the longest name that the model's name begins with. */
function namedTarget<T>(
  name: string,
  byName: Lookup<T>['byName'],
): { target: T; model: string } | null {
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    const target = byName(name.slice(0, slash));
    if (target) return { target, model: modelKey(name.slice(slash + 1)) };
  }
  return null;
}
