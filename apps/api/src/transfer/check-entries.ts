import { type TargetInput, targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';
import { describeIssues } from '../errors/describe-issue.ts';
import { mapInSlices } from './map-in-slices.ts';

const fields = z.object(targetFieldSchemas);

/** A channel as files have it: its settable fields; a name and an address at least. */
const channelEntrySchema = z.strictObject({
  ...fields.partial().shape,
  ...fields.pick({ name: true, base_url: true }).shape,
});

export type ChannelEntry = Partial<TargetInput> & Pick<TargetInput, 'name' | 'base_url'>;

/** An entry of a file: the channel that it describes, or why it is refused. */
export type CheckedEntry = { index: number } & (
  | { isValid: true; name: string; entry: ChannelEntry }
  | { isValid: false; name: string | null; reason: string }
);

/** Checks each entry, and that no name is in the file twice. */
export async function checkEntries(raw: readonly unknown[]): Promise<CheckedEntry[]> {
  const seen = new Set<string>();
  return mapInSlices(raw, (one, index) => {
    const checked = checkEntry(one, index);
    if (!checked.isValid) return checked;
    const { name } = checked;
    if (seen.has(name)) return refused(index, name, 'name is in the file twice');
    seen.add(name);
    return checked;
  });
}

function checkEntry(raw: unknown, index: number): CheckedEntry {
  if (!isObject(raw)) {
    return refused(index, null, 'a channel must be an object with a name and a base_url');
  }
  const parsed = channelEntrySchema.safeParse(raw);
  if (!parsed.success) return refused(index, nameOf(raw), describeIssues(parsed.error));
  const entry = withoutUndefined(parsed.data);
  return { index, isValid: true, name: entry.name, entry };
}

function refused(index: number, name: string | null, reason: string): CheckedEntry {
  return { index, isValid: false, name, reason };
}

function isObject(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** Whatever a bad entry has for a name. */
function nameOf(raw: object): string | null {
  return 'name' in raw && typeof raw.name === 'string' ? raw.name.slice(0, 128) : null;
}

function withoutUndefined(entry: object): ChannelEntry {
  const set = Object.entries(entry).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as unknown as ChannelEntry;
}
