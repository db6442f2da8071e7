import {
  type AuditChange,
  changesBetween,
  isSameOrigin,
  type Target,
  type TargetInput,
  type TargetPatch,
} from '@api-monitor/core';
import { type Database, listTargets, openApiKey } from '@api-monitor/db';
import { describeIssues } from '../errors/describe-issue.ts';
import { isOwnAddress, type OwnPlaces, ownAddressFault } from '../targets/own-address.ts';
import { type ChannelEntry, channelEntrySchema } from './channel-entry.ts';

export const importOutcomes = ['created', 'changed', 'unchanged', 'refused'] as const;

/** What becomes of one entry. */
export type PlannedChannel = { index: number; name: string | null; changes: AuditChange[] } & (
  | { outcome: 'created'; input: ChannelEntry & { api_key: string } }
  | { outcome: 'changed'; target: Target; patch: TargetPatch }
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; reason: string }
);

/** What an import of these entries comes to; channels are known by their names. Writes nothing. */
export async function planImport(
  db: Database,
  entries: readonly unknown[],
  own: OwnPlaces,
): Promise<PlannedChannel[]> {
  const known = new Map((await listTargets(db)).map((target) => [target.name, target]));
  const seen = new Set<string>();
  return entries.map((raw, index) => {
    if (!isObject(raw)) {
      return refused(index, null, 'a channel must be an object with a name and a base_url');
    }
    const parsed = channelEntrySchema.safeParse(raw);
    if (!parsed.success) return refused(index, nameOf(raw), describeIssues(parsed.error));
    const entry = withoutUndefined(parsed.data);
    if (seen.has(entry.name)) return refused(index, entry.name, 'name stands in the file twice');
    seen.add(entry.name);
    const target = known.get(entry.name);
    const isMoved = entry.base_url !== target?.base_url;
    if (isMoved && isOwnAddress(entry.base_url, own)) {
      return refused(index, entry.name, ownAddressFault);
    }
    return target ? planChange(db, index, entry, target) : planCreation(index, entry);
  });
}

function planCreation(index: number, entry: ChannelEntry): PlannedChannel {
  const { name, api_key } = entry;
  if (api_key === undefined) return refused(index, name, 'api_key is required for a new channel');
  const changes = changesBetween({}, { ...entry }, ['api_key']);
  return { index, name, outcome: 'created', changes, input: { ...entry, api_key } };
}

function planChange(
  db: Database,
  index: number,
  entry: ChannelEntry,
  target: Target,
): PlannedChannel {
  const { name } = entry;
  const current = { ...target, api_key: openApiKey(db, target) };
  const changes = changesBetween(current, { ...entry }, ['api_key']);
  if (changes.length === 0) return { index, name, outcome: 'unchanged', changes };
  if (entry.api_key === undefined && !isSameOrigin(target.base_url, entry.base_url)) {
    const reason = 'api_key must be entered again when base_url moves to another origin';
    return refused(index, name, reason);
  }
  const changed = changes.map(({ field }) => [field, entry[field as keyof TargetInput]]);
  // The schema checked each of them under its name.
  const patch = Object.fromEntries(changed) as TargetPatch;
  return { index, name, outcome: 'changed', changes, target, patch };
}

function refused(index: number, name: string | null, reason: string): PlannedChannel {
  return { index, name, outcome: 'refused', reason, changes: [] };
}

function isObject(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** Of an entry that is none, whatever it has for a name. */
function nameOf(raw: object): string | null {
  return 'name' in raw && typeof raw.name === 'string' ? raw.name.slice(0, 128) : null;
}

function withoutUndefined(entry: object): ChannelEntry {
  const set = Object.entries(entry).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as unknown as ChannelEntry;
}
