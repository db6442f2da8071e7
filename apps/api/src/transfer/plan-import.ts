import {
  type AppError,
  type AuditChange,
  changesBetween,
  type Target,
  type TargetInput,
  type TargetPatch,
} from '@api-monitor/core';
import { type Database, listTargetRevisions, listTargets, openApiKey } from '@api-monitor/db';
import { type NewTarget, refusalOf } from '../targets/change-targets.ts';
import type { OwnPlaces } from '../targets/own-address.ts';
import type { CheckedEntry } from './check-entries.ts';
import type { ImportNote } from './import-notes.ts';
import { mapInSlices } from './map-in-slices.ts';

export const importOutcomes = ['created', 'changed', 'unchanged', 'refused'] as const;

/** What happens to one entry. */
export type PlannedChannel = {
  index: number;
  name: string | null;
  notes: ImportNote[];
  changes: AuditChange[];
} & (
  | { outcome: 'created'; input: NewTarget }
  | { outcome: 'changed'; target: Target; patch: TargetPatch }
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; refusal: AppError }
);

/** What happens to an entry, given the stored channel of its name. */
export interface Draft {
  checked: CheckedEntry;
  /** Of the channel with that name, new after each change; null: there is no such channel. */
  version: string | null;
  planned: PlannedChannel;
}

interface KnownChannel {
  target: Target;
  version: string;
}

/** What a plan is based on. */
interface Planning {
  db: Database;
  own: OwnPlaces;
  /** The stored channels by their names. */
  known: ReadonlyMap<string, KnownChannel>;
}

/** What an import of these entries would do; channels are matched by name. Writes nothing. */
export async function planImport(
  db: Database,
  entries: readonly CheckedEntry[],
  own: OwnPlaces,
): Promise<Draft[]> {
  const planning = { db, own, known: await readKnown(db) };
  return mapInSlices(entries, (checked) => draftOf(planning, checked));
}

/**
 * The plan, in the transaction that carries it out. Only entries whose channel has changed meanwhile are
 * planned again, because decrypting thousands of keys here would hold everything else up.
 */
export async function settlePlan(
  tx: Database,
  drafts: readonly Draft[],
  own: OwnPlaces,
): Promise<PlannedChannel[]> {
  const known = await readKnown(tx);
  const planning = { db: tx, own, known };
  return drafts.map((draft) => {
    const version = known.get(draft.planned.name ?? '')?.version ?? null;
    return version === draft.version ? draft.planned : draftOf(planning, draft.checked).planned;
  });
}

/** The stored channels by their names. */
async function readKnown(db: Database): Promise<Map<string, KnownChannel>> {
  // In this order, a change in between leaves an outdated version, so the entry is planned again.
  const revisions = await listTargetRevisions(db);
  const revisionById = new Map(revisions.map(({ id, revision }) => [id, revision]));
  const targets = await listTargets(db);
  return new Map(
    targets.map((target) => {
      const version = `${target.id}:${revisionById.get(target.id)}`;
      return [target.name, { target, version }];
    }),
  );
}

function draftOf(planning: Planning, checked: CheckedEntry): Draft {
  const { target, version = null } = planning.known.get(checked.name ?? '') ?? {};
  return { checked, version, planned: plan(planning, checked, target) };
}

function plan(
  { db, own }: Planning,
  checked: CheckedEntry,
  target: Target | undefined,
): PlannedChannel {
  const { index, name, notes } = checked;
  const place = { index, name, notes };
  if ('refusal' in checked) return refused(place, checked.refusal);
  const { entry } = checked;
  const current = target ? { ...target, api_key: openApiKey(db, target) } : {};
  const changes = changesBetween(current, { ...entry }, ['api_key']);
  if (changes.length === 0) return { ...place, outcome: 'unchanged', changes };
  const refusal = refusalOf(target ?? null, entry, own);
  if (refusal) return refused(place, refusal);
  const { api_key = '' } = entry;
  if (!target) return { ...place, outcome: 'created', changes, input: { ...entry, api_key } };
  const changed = changes.map(({ field }) => [field, entry[field as keyof TargetInput]]);
  // The schema checked each of them under its name.
  const patch = Object.fromEntries(changed) as TargetPatch;
  return { ...place, outcome: 'changed', changes, target, patch };
}

function refused(
  place: Pick<PlannedChannel, 'index' | 'name' | 'notes'>,
  refusal: AppError,
): PlannedChannel {
  return { ...place, outcome: 'refused', refusal, changes: [] };
}
