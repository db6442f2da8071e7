import {
  AppError,
  type AuditChange,
  changesBetween,
  noKeyYet,
  sensitiveTargetFields,
  settledKeys,
  type Target,
  type TargetInput,
  type TargetPatch,
} from '@api-monitor/core';
import { type Database, listTargetRevisions, listTargets, openTarget } from '@api-monitor/db';
import {
  type CodeMark,
  type NewTarget,
  refusalByCode,
  refusalOf,
} from '../targets/change-targets.ts';
import type { OwnPlaces } from '../targets/own-address.ts';
import type { ChannelEntry, CheckedEntry } from './check-entries.ts';
import { leaveHeldKeys } from './held-keys.ts';
import { identityOf } from './identity-of.ts';
import type { ImportNote } from './import-notes.ts';
import { mapInSlices } from './map-in-slices.ts';
import { type KnownChannel, keysIn, type Match, matchEntries } from './match-entries.ts';

export const importOutcomes = ['created', 'changed', 'unchanged', 'refused'] as const;

/** What happens to one entry. */
export type PlannedChannel = {
  index: number;
  name: string | null;
  notes: ImportNote[];
  changes: AuditChange[];
} & (
  | { outcome: 'created'; input: NewTarget }
  | { outcome: 'changed'; target: Target; patch: TargetPatch & CodeMark }
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; refusal: AppError }
);

/** What happens to an entry, given the stored channel that it is about. */
export interface Draft {
  checked: CheckedEntry;
  /** Of that channel, new after each change; null: there is no such channel. */
  version: string | null;
  targetId: number | null;
  planned: PlannedChannel;
}

export interface ImportPlan {
  drafts: Draft[];
  /** Of the stored channels, by their versions. */
  identities: ReadonlyMap<string, readonly string[]>;
}

export interface PlanOptions {
  own: OwnPlaces;
  /** What becomes of a new channel without a key: it is stored paused, or refused. */
  keyless?: 'paused' | 'refused';
}

/** What a plan is based on. */
interface Planning extends PlanOptions {
  db: Database;
  /** The stored channel that has a key at an address. */
  holders: ReadonlyMap<string, KnownChannel>;
}

/** What an import of these entries would do. Writes nothing. */
export async function planImport(
  db: Database,
  entries: readonly CheckedEntry[],
  options: PlanOptions,
): Promise<ImportPlan> {
  const known = await readKnown(db, new Map());
  const matches = matchEntries(entries, known);
  const planning = { ...options, db, holders: holdersOf(known) };
  const drafts = await mapInSlices(entries, (checked, index) =>
    draftOf(planning, checked, matches[index]),
  );
  return planOf(drafts, known);
}

/**
 * The plan for the channels as they are now. Only entries whose channel has changed since are planned again,
 * because decrypting thousands of keys would hold everything else up.
 */
export async function settlePlan(
  db: Database,
  { drafts, identities }: ImportPlan,
  options: PlanOptions,
): Promise<ImportPlan> {
  const known = await readKnown(db, identities);
  const matches = matchEntries(
    drafts.map(({ checked }) => checked),
    known,
  );
  const planning = { ...options, db, holders: holdersOf(known) };
  const settled = await mapInSlices(drafts, (draft, index) => {
    const match = matches[index];
    const isSame = (match?.known?.version ?? null) === draft.version;
    const hasSameName = match?.name === null || match?.name === draft.planned.name;
    return isSame && hasSameName ? draft : draftOf(planning, draft.checked, match);
  });
  return planOf(settled, known);
}

function planOf(drafts: Draft[], known: readonly KnownChannel[]): ImportPlan {
  return { drafts, identities: new Map(known.map((one) => [one.version, one.identities])) };
}

/** Written like this into the plan, and compared with what is stored when it is carried out. */
export function versionOf({ id, revision }: { id: number; revision: number | undefined }): string {
  return `${id}:${revision}`;
}

/** The stored channels. `identities` are those that are known already, by version. */
async function readKnown(
  db: Database,
  identities: ReadonlyMap<string, readonly string[]>,
): Promise<KnownChannel[]> {
  // In this order, a change in between leaves an outdated version, so the entry is planned again.
  const revisions = await listTargetRevisions(db);
  const revisionById = new Map(revisions.map(({ id, revision }) => [id, revision]));
  return mapInSlices(await listTargets(db), (target) => {
    const version = versionOf({ id: target.id, revision: revisionById.get(target.id) });
    const known = identities.get(version);
    if (known !== undefined) return { target, version, identities: known };
    const { api_key, keys } = secretsOf(db, target);
    const own = api_key === null ? [] : keysIn({ api_key, keys });
    return { target, version, identities: own.map((key) => identityOf(target.base_url, key)) };
  });
}

/** The secrets in the clear; null if another installation sealed them. */
function secretsOf(
  db: Database,
  target: Target,
): Pick<Target, 'proxy_url' | 'keys'> & { api_key: string | null } {
  try {
    const { api_key, proxy_url, keys } = openTarget(db, target);
    return { api_key, proxy_url, keys };
  } catch {
    return { api_key: null, proxy_url: null, keys: [] };
  }
}

function holdersOf(known: readonly KnownChannel[]): Map<string, KnownChannel> {
  return new Map(
    known.flatMap((one) => one.identities.map((identity) => [identity, one] as const)),
  );
}

function draftOf(planning: Planning, checked: CheckedEntry, match: Match | undefined): Draft {
  const known = match?.known ?? null;
  const planned = withPause(plan(planning, checked, match));
  const targetId = known?.target.id ?? null;
  return { checked, version: known?.version ?? null, targetId, planned };
}

function plan(planning: Planning, given: CheckedEntry, match: Match | undefined): PlannedChannel {
  const checked = leaveHeldKeys(given, match?.known ?? null, planning.holders);
  const place = placeOf(checked, match);
  if ('refusal' in checked) return refused(place, checked.refusal);
  const named = { ...checked.entry, name: match?.name ?? checked.entry.name };
  if (match?.isTaken) return refused(place, takenName(named.name));
  const target = match?.known?.target;
  if (!target) return planNew(planning, place, named);
  const current = { ...target, ...secretsOf(planning.db, target) };
  const entry = { ...named, ...keysAsStored(current, named) };
  // An earlier import had no key either.
  if (entry.api_key === undefined && current.api_key === noKeyYet) entry.enabled = false;
  const changes = changesBetween(current, { ...entry }, sensitiveTargetFields);
  if (changes.length === 0) return { ...place, outcome: 'unchanged', changes };
  const fields = changes.map(({ field }) => field);
  const byCode = entry.managed_by === undefined ? refusalByCode(target, fields) : null;
  // By the keys that the file has: those that are stored mustn't follow to another address.
  const refusal =
    byCode ?? refusalOf(target, named, planning.own) ?? refusalOfRoute(target, named, fields);
  if (refusal) return refused(place, refusal);
  const changed = changes.map(({ field }) => [field, entry[field as keyof TargetInput]]);
  // The schema checked each of them under its name.
  const patch = Object.fromEntries(changed) as TargetPatch & CodeMark;
  return { ...place, outcome: 'changed', changes, target, patch };
}

/**
 * Why an entry may not lead stored keys through a proxy, or make their TLS trust another authority: its file may be
 * a stranger's, who doesn't know them. null if it doesn't, or if it is code, which its owner answers for.
 */
function refusalOfRoute(
  { keys }: Target,
  entry: ChannelEntry,
  changed: readonly string[],
): AppError | null {
  const keepsKeys = entry.keys === undefined && (entry.api_key === undefined || keys.length > 0);
  if (!keepsKeys || entry.managed_by !== undefined) return null;
  const { proxy_url, ca_certificate, verify_ssl } = entry;
  const isRisky = {
    proxy_url: proxy_url != null && proxy_url !== 'direct',
    ca_certificate: ca_certificate != null,
    verify_ssl: verify_ssl === false,
  };
  const fields = Object.entries(isRisky).filter(([name, it]) => it && changed.includes(name));
  const [field] = fields[0] ?? [];
  if (field === undefined) return null;
  const secret = keys.length > 0 ? 'keys' : 'api_key';
  const message = `${field} may only change here if the file has the channel's ${secret} too`;
  return new AppError('invalid_input', message, { fields: { [field]: { code: 'needs_key' } } });
}

/** The entry's keys as they would be stored; those without a name keep the one that they have. */
function keysAsStored(
  { api_key, keys }: Pick<Target, 'keys'> & { api_key: string | null },
  given: ChannelEntry,
): Pick<ChannelEntry, 'api_key' | 'keys'> {
  const before = api_key === null ? null : { api_key, keys };
  const nameOf = (key: string) => keys.find((one) => one.api_key === key)?.name ?? '';
  const listed = given.keys?.map((key) => ({ ...key, name: key.name || nameOf(key.api_key) }));
  const patch = {
    ...(given.api_key === undefined ? {} : { api_key: given.api_key }),
    ...(listed === undefined ? {} : { keys: listed }),
  };
  return settledKeys(before, patch);
}

/** With a note if the stored channel has another name, but the entry's address and key. */
function placeOf(checked: CheckedEntry, match: Match | undefined): Place {
  const { index, notes } = checked;
  const place = { index, name: match?.name ?? checked.name, notes };
  const known = match?.known;
  if ('refusal' in checked || !known || checked.entry.api_key === undefined) return place;
  const { base_url, name } = checked.entry;
  const isSame = keysIn(checked.entry).some((key) =>
    known.identities.includes(identityOf(base_url, key)),
  );
  if (!isSame || known.target.name === name) return place;
  const note: ImportNote = { code: 'same_as', params: { name: known.target.name } };
  return { ...place, notes: [...notes, note] };
}

const pausing = new Set<ImportNote['code']>(['foreign_protocol', 'disabled_there', 'keyless']);

/** Says that a channel comes in paused, unless it isn't imported at all. */
function withPause(planned: PlannedChannel): PlannedChannel {
  const { outcome, notes } = planned;
  if (outcome === 'refused' || !notes.some(({ code }) => pausing.has(code))) return planned;
  return { ...planned, notes: [...notes, { code: 'paused', params: {} }] };
}

type Place = Pick<PlannedChannel, 'index' | 'name' | 'notes'>;

function planNew(
  { own, keyless = 'paused' }: Planning,
  place: Place,
  entry: ChannelEntry,
): PlannedChannel {
  const isPaused = entry.api_key === undefined && keyless === 'paused';
  const given: ChannelEntry = isPaused
    ? { ...entry, api_key: noKeyYet, enabled: false }
    : { ...entry };
  const refusal = refusalOf(null, given, own);
  if (refusal) return refused(place, refusal);
  const { api_key = noKeyYet } = given;
  return {
    ...place,
    outcome: 'created',
    notes: isPaused ? [...place.notes, { code: 'keyless', params: {} }] : place.notes,
    changes: changesBetween({}, { ...given }, sensitiveTargetFields),
    input: { ...given, api_key },
  };
}

function takenName(name: string): AppError {
  const message = `name: another channel is named "${name}", perhaps in another spelling`;
  return new AppError('invalid_input', message, { fields: { name: { code: 'taken' } } });
}

function refused(place: Place, refusal: AppError): PlannedChannel {
  return { ...place, outcome: 'refused', refusal, changes: [] };
}
