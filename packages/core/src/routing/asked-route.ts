/** What a request asks for: a model of one target, or of the best target that offers it. */
export type Asked<T> =
  | { kind: 'pinned'; target: T; model: string }
  /** `named`: the target whose name the model's also begins with, and its model. */
  | { kind: 'bare'; model: string; named: { target: T; model: string } | null };

interface Lookup<T> {
  byName: (name: string) => T | null | undefined;
  /** Whether a target lists this very name, which may contain slashes. */
  isListed: (model: string) => boolean;
  /** Whether the target has the model, which decides if a name can be split in several ways. */
  hasModel: (target: T, model: string) => boolean;
}

/**
 * Reads a model's name. A name that some target lists is bare, even if it begins like `target/model`; any
 * other is `target/model` if it begins with a target's name, else bare. Names of targets may contain slashes
 * too: of several targets, the one that has the model is meant, else the one with the longest name.
 * `pinned`: the target that the request names beside its model.
 */
export function askedRoute<T>(name: string, lookup: Lookup<T>, pinned: T | null = null): Asked<T> {
  const model = modelKey(name);
  const readings = namesWithin(name).flatMap((split) => {
    const target = lookup.byName(split.target);
    return target ? { target, model: split.model } : [];
  });
  const isKnown = (one: { target: T; model: string }) => lookup.hasModel(one.target, one.model);
  if (pinned) {
    const own = readings.filter(({ target }) => target === pinned);
    const whole = { target: pinned, model };
    const meant = [whole, ...own].find(isKnown) ?? own[0] ?? whole;
    return { kind: 'pinned', ...meant };
  }
  const named = readings.find(isKnown) ?? readings[0] ?? null;
  if (lookup.isListed(model) || !named) return { kind: 'bare', model, named };
  return { kind: 'pinned', ...named };
}

/** A model's name as names are compared: Google lists its own with the prefix `models/`. */
export function modelKey(name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

const prefix = 'models/';

/** How a name can be read as `target/model`; the longest name of a target comes first. */
export function namesWithin(name: string): { target: string; model: string }[] {
  const short = modelKey(name);
  const splits = splitsOf(short);
  // A target may itself be called "models", so the whole name is read too.
  if (short !== name) splits.push(...splitsOf(name));
  return splits;
}

function splitsOf(text: string): { target: string; model: string }[] {
  const splits: { target: string; model: string }[] = [];
  for (let slash = text.lastIndexOf('/'); slash > 0; slash = text.lastIndexOf('/', slash - 1)) {
    const model = modelKey(text.slice(slash + 1));
    if (model !== '') splits.push({ target: text.slice(0, slash), model });
  }
  return splits;
}
