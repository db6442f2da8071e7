// Browsers import this file, so it must not import zod at run time.

/** One of the API keys of a channel. */
export interface TargetKey {
  name: string;
  api_key: string;
  /** Whether it may be used. */
  enabled: boolean;
}

/** The keys of a channel as it is stored: `keys` is empty if `api_key` is the only one. */
export interface KeyFields {
  api_key: string;
  keys: readonly TargetKey[];
}

/** All keys of a channel, in their order. */
export function keysOf({ api_key, keys }: KeyFields): readonly TargetKey[] {
  return keys.length > 0 ? keys : [{ name: '', api_key, enabled: true }];
}

const line = /^(?<off>#)?\s*(?:(?<name>.*\S)\s*:\s+)?(?<key>\S+)$/;

/**
 * Reads a key as people write it in a list: the key alone, `name: key`, and `# ` before it if it is
 * disabled. A key has no blanks; what isn't such a line is taken for a key, whose schema refuses it.
 */
export function parseKeyLine(text: string): TargetKey {
  const { off, name = '', key } = line.exec(text.trim())?.groups ?? {};
  return { name, api_key: key ?? text.trim(), enabled: off === undefined };
}

/** The line that `parseKeyLine` reads back. */
export function keyLineOf({ name, api_key, enabled }: TargetKey): string {
  return `${enabled ? '' : '# '}${name === '' ? '' : `${name}: `}${api_key}`;
}

/** Gives the keys without a name the first free one: `key 1`, `key 2`, … */
export function withKeyNames(keys: readonly TargetKey[]): TargetKey[] {
  const taken = new Set(keys.map(({ name }) => name));
  let number = 0;
  return keys.map((key) => {
    if (key.name !== '') return key;
    let name: string;
    do {
      number += 1;
      name = `key ${number}`;
    } while (taken.has(name));
    return { ...key, name };
  });
}

/** The fields of a change that has keys. */
interface SettledKeys {
  api_key?: string;
  keys?: TargetKey[];
}

/**
 * The keys after a change, for everybody who writes a channel: `keys` is empty or holds all of them, each
 * once and with a name, and `api_key` is the first enabled one. A list replaces all keys; a changed `api_key`
 * that comes alone, or that the list doesn't hold, replaces the first enabled one. `before`: null for a new
 * channel.
 */
export function settledKeys(
  before: KeyFields | null,
  { api_key, keys }: { api_key?: string; keys?: readonly TargetKey[] },
): SettledKeys {
  if (keys === undefined && (api_key === undefined || !before || before.keys.length === 0)) {
    return api_key === undefined ? {} : { api_key };
  }
  const listed = keys ?? before?.keys ?? [];
  if (listed.length === 0) {
    return { keys: [], api_key: api_key ?? before?.api_key ?? '' };
  }
  const named = withKeyNames(listed);
  const first = firstOwned(named);
  const isHeld = named.some((one) => one.api_key === api_key);
  const isChanged = before !== null && api_key !== before.api_key;
  if (api_key !== undefined && isChanged && !isHeld) first.api_key = api_key;
  else if (keys === undefined && api_key !== undefined) {
    // It is one of the others already, which takes the place of the first.
    const others = named.filter((one) => one.api_key !== api_key || one === first);
    first.api_key = api_key;
    return { keys: others, api_key };
  }
  return { keys: named, api_key: first.api_key };
}

/** The first enabled one, as an object of its own in the list. */
function firstOwned(keys: TargetKey[]): TargetKey {
  const first = { ...firstEnabled(keys) };
  keys[keys.findIndex(({ api_key }) => api_key === first.api_key)] = first;
  return first;
}

/** A channel without any enabled key isn't accepted, so there is one. */
export function firstEnabled(keys: readonly TargetKey[]): TargetKey {
  const first = keys.find(({ enabled }) => enabled) ?? keys[0];
  return first ?? { name: '', api_key: '', enabled: true };
}
