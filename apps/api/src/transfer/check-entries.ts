import { AppError, firstEnabled, type TargetInput, targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';
import { invalidInput } from '../errors/invalid-input.ts';
import { sentFields } from '../sent-fields.ts';
import type { CodeMark } from '../targets/change-targets.ts';
import { identityOf } from './identity-of.ts';
import type { UploadedEntry } from './import-notes.ts';
import { mapInSlices } from './map-in-slices.ts';
import { isRecord } from './upload/bound-entries.ts';

const fields = z.object(targetFieldSchemas);

/** A channel in a file: the fields that can be set, of which the name and the address are required. */
const channelEntrySchema = z.strictObject({
  ...fields.partial().shape,
  ...fields.pick({ name: true, base_url: true }).shape,
});

export type ChannelEntry = Partial<TargetInput> & Pick<TargetInput, 'name' | 'base_url'> & CodeMark;

interface EntryPlace {
  index: number;
  name: string | null;
}

type CheckResult = EntryPlace & ({ entry: ChannelEntry } | { refusal: AppError });

/** An entry of a file: the channel that it describes, or why it is refused. */
export type CheckedEntry = CheckResult &
  Pick<UploadedEntry, 'notes' | 'family' | 'isNameMade' | 'place'>;

/** What a person decided about the entries of a file, by their places in it. */
export interface ImportChoices {
  /** Entries that are left out. */
  skip: readonly number[];
  /** API keys for entries; the file may have none. */
  keys: Readonly<Record<string, string>>;
}

export const noChoices: ImportChoices = { skip: [], keys: {} };

/**
 * Checks each entry that isn't skipped, and that no name is in the file twice. An entry with the address and the
 * key of an earlier one has a note that says so.
 */
export async function checkEntries(
  uploaded: readonly UploadedEntry[],
  { skip, keys }: ImportChoices = noChoices,
): Promise<CheckedEntry[]> {
  const names = new Set<string>();
  const nameOf = new Map<string, string>();
  const skipped = new Set(skip);
  const checked = await mapInSlices(uploaded, ({ entry: given, ...about }, index) => {
    if (skipped.has(index)) return null;
    const entry = withKey(given, keys[index]);
    const one = { ...checkEntry(entry, index), ...about };
    if ('refusal' in one || one.name === null) return one;
    const { name } = one;
    if (names.has(name)) return { index, name, ...about, refusal: repeatedName() };
    names.add(name);
    const { base_url, api_key } = one.entry;
    if (api_key === undefined) return one;
    const identity = identityOf(base_url, api_key);
    const first = nameOf.get(identity);
    nameOf.set(identity, first ?? name);
    if (first === undefined) return one;
    return { ...one, notes: [...one.notes, { code: 'repeats' as const, params: { name: first } }] };
  });
  return checked.filter((one) => one !== null);
}

function withKey(entry: unknown, api_key: string | undefined): unknown {
  return isRecord(entry) && api_key !== undefined ? { ...entry, api_key } : entry;
}

function repeatedName(): AppError {
  const fields = { name: { code: 'repeated' } } as const;
  return new AppError('invalid_input', 'name appears twice in the file', { fields });
}

function checkEntry(raw: unknown, index: number): CheckResult {
  if (!isRecord(raw)) {
    const message = 'a channel must be an object with a name and a base_url';
    return { index, name: null, refusal: new AppError('invalid_input', message) };
  }
  const { success, data, error } = channelEntrySchema.safeParse(raw);
  if (!success) {
    // The name of a bad entry, if it has one.
    const name = typeof raw.name === 'string' ? raw.name.slice(0, 128) : null;
    return { index, name, refusal: invalidInput(error, raw) };
  }
  const { name, base_url } = data;
  const entry = { ...sentFields(data, targetFieldSchemas), name, base_url };
  return { index, name, entry: withOwnKey(entry) };
}

/** A list of keys has the channel's own one. */
function withOwnKey(entry: ChannelEntry): ChannelEntry {
  const { api_key, keys = [] } = entry;
  if (api_key !== undefined || keys.length === 0) return entry;
  return { ...entry, api_key: firstEnabled(keys).api_key };
}
