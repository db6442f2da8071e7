import type { CheckedEntry } from './check-entries.ts';
import { identityOf } from './identity-of.ts';
import type { ImportNote } from './import-notes.ts';
import type { KnownChannel } from './match-entries.ts';

const shownNames = 3;

/**
 * The entry of another tool's file without the keys that other channels here have already: earlier versions
 * made a channel of each key, with a history and settings of its own. A note says which.
 */
export function leaveHeldKeys(
  checked: CheckedEntry,
  own: KnownChannel | null,
  holders: ReadonlyMap<string, KnownChannel>,
): CheckedEntry {
  if ('refusal' in checked || checked.family === undefined) return checked;
  const { entry } = checked;
  const { keys = [], base_url } = entry;
  const holderOf = (key: string) => {
    const holder = holders.get(identityOf(base_url, key));
    return holder === own ? undefined : holder;
  };
  const left = keys.filter(({ api_key }) => holderOf(api_key) === undefined);
  const [first] = left;
  if (left.length === keys.length || !first) return checked;
  const names = new Set(keys.flatMap(({ api_key }) => holderOf(api_key)?.target.name ?? []));
  const shown = [...names].slice(0, shownNames).join(', ') + (names.size > shownNames ? ', …' : '');
  const params = { keys: keys.length - left.length, names: shown };
  const note: ImportNote = { code: 'keys_elsewhere', params };
  const enabled = left.some((key) => key.enabled) ? left : [{ ...first, enabled: true }];
  const { keys: _, ...alone } = entry;
  const api_key = (enabled.find((key) => key.enabled) ?? first).api_key;
  const rest =
    enabled.length === 1 ? { ...alone, api_key } : { ...alone, api_key, keys: [...enabled] };
  return { ...checked, entry: rest, notes: [...checked.notes, note] };
}
