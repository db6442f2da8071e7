import { AppError, firstEnabled, type TargetInput, targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';
import { invalidInput } from '../errors/invalid-input.ts';
import { sentFields } from '../sent-fields.ts';
import type { CodeMark } from '../targets/change-targets.ts';
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
export type CheckedEntry = CheckResult & Pick<UploadedEntry, 'notes' | 'family' | 'place'>;

/** Checks each entry, and that no name is in the file twice. */
export async function checkEntries(uploaded: readonly UploadedEntry[]): Promise<CheckedEntry[]> {
  const seen = new Set<string>();
  return mapInSlices(uploaded, ({ entry, ...about }, index) => {
    const checked = { ...checkEntry(entry, index), ...about };
    if ('refusal' in checked || checked.name === null) return checked;
    const { name } = checked;
    if (seen.has(name)) {
      const repeated = { fields: { name: { code: 'repeated' } } } as const;
      const refusal = new AppError('invalid_input', 'name appears twice in the file', repeated);
      return { index, name, ...about, refusal };
    }
    seen.add(name);
    return checked;
  });
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
