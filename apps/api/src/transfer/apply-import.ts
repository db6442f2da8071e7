import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { AppError } from '@api-monitor/core';
import {
  createSortOrders,
  type Database,
  inTransaction,
  listTargetRevisions,
  lockTargetList,
  updateTarget,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import {
  type Changer,
  publishWritten,
  type WrittenTarget,
  writeChange,
  writeNew,
} from '../targets/change-targets.ts';
import type { CheckedEntry } from './check-entries.ts';
import {
  type Draft,
  type PlannedChannel,
  planImport,
  settlePlan,
  versionOf,
} from './plan-import.ts';

/** On SQLite, this process's other queries wait for a transaction. */
const sliceMs = 20;
/** How often other changes of the same channels may come in between. */
const mostSettlings = 20;

type ImportDeps = Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>;
type ToWrite = Extract<PlannedChannel, { outcome: 'created' | 'changed' }>;

export interface ImportProgress {
  done: number;
  total: number;
}

/**
 * Stores an import, publishes the changes, and returns the outcome of each entry. It writes many short
 * transactions rather than one, so that others are served meanwhile; what fails midway leaves whole channels
 * behind, and the same import again continues there. Throws AppError that says how far it came.
 */
export async function applyImport(
  deps: ImportDeps,
  by: Changer,
  entries: readonly CheckedEntry[],
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<PlannedChannel[]> {
  let plan = await planImport(deps.db, entries, by);
  const done = new Map<CheckedEntry, ToWrite>();
  const openDrafts = () => plan.drafts.filter((one) => !done.has(one.checked) && isToWrite(one));
  let settlings = 0;
  try {
    for (let open = openDrafts(); open.length > 0; open = openDrafts()) {
      const total = done.size + open.length;
      onProgress({ done: done.size, total });
      const written = await writeSlice(deps, by, open);
      if (written === null) {
        settlings += 1;
        if (settlings > mostSettlings) throw busyList();
        plan = await settlePlan(deps.db, plan, by);
        continue;
      }
      for (const { checked, planned } of written) done.set(checked, planned);
      await publishWritten(
        deps,
        written.map(({ target }) => target),
      );
      await yieldToEventLoop();
    }
  } catch (cause) {
    if (!(cause instanceof AppError) || done.size === 0) throw cause;
    const message = `${done.size} channels were imported, then: ${cause.message}; import the file again to continue`;
    throw new AppError(cause.code, message, { cause });
  } finally {
    if (done.size > 0) {
      const changes = [{ field: 'channels', old: null, new: done.size }];
      await by.audit(deps.db, 'channels.imported', null, changes);
    }
  }
  return plan.drafts.map(({ checked, planned }) => done.get(checked) ?? planned);
}

interface WrittenEntry {
  checked: CheckedEntry;
  planned: ToWrite;
  target: WrittenTarget;
}

/**
 * Writes the first of these entries, as many as fit into a slice of time; null if a channel has changed since
 * it was planned. New names are written all at once, because some may be exchanged.
 */
async function writeSlice(
  deps: ImportDeps,
  by: Changer,
  open: readonly Draft[],
): Promise<WrittenEntry[] | null> {
  const renames = open.filter(({ planned }) => newNameIn(planned));
  try {
    return await inTransaction(deps.db, async (db) => {
      await lockTargetList(db);
      const versions = await versionsIn(db);
      const isStale = ({ version }: Draft) => version !== null && !versions.has(version);
      const endsAt = renames.length > 0 ? Number.POSITIVE_INFINITY : performance.now() + sliceMs;
      if (renames.some(isStale)) return null;
      await freeNames({ ...deps, db }, renames);
      const orders = createSortOrders(db);
      const written: WrittenEntry[] = [];
      for (const draft of renames.length > 0 ? renames : open) {
        const { checked, planned } = draft;
        if (!isWrite(planned)) continue;
        if (isStale(draft)) return written.length > 0 ? written : null;
        const target = await writeOne({ ...deps, db }, by, planned, orders);
        orders.note(target.target.sort_order);
        written.push({ checked, planned, target });
        if (performance.now() >= endsAt) break;
      }
      return written;
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return null;
    throw error;
  }
}

async function writeOne(
  deps: ImportDeps,
  by: Changer,
  planned: ToWrite,
  orders: ReturnType<typeof createSortOrders>,
): Promise<WrittenTarget> {
  if (planned.outcome === 'changed') return writeChange(deps, by, planned.target, planned.patch);
  const sort_order = planned.input.sort_order ?? (await orders.next());
  const target = await writeNew(deps, by, { ...planned.input, sort_order });
  return { target, hasMoved: false };
}

/** Channels that exchange their names give them up first, because two can't have the same one. */
async function freeNames(
  { db, now }: Pick<ApiDeps, 'db' | 'now'>,
  renames: readonly Draft[],
): Promise<void> {
  const wanted = new Set(renames.map(({ planned }) => planned.name));
  for (const { planned } of renames) {
    if (planned.outcome !== 'changed' || !wanted.has(planned.target.name)) continue;
    await updateTarget(db, planned.target.id, { name: randomUUID() }, now());
  }
}

async function versionsIn(db: Database): Promise<Set<string>> {
  const revisions = await listTargetRevisions(db);
  return new Set(revisions.map(versionOf));
}

function isToWrite({ planned }: Draft): boolean {
  return isWrite(planned);
}

function isWrite(planned: PlannedChannel): planned is ToWrite {
  return planned.outcome === 'created' || planned.outcome === 'changed';
}

function newNameIn(planned: PlannedChannel): boolean {
  return planned.outcome === 'changed' && planned.patch.name !== undefined;
}

function busyList(): AppError {
  const message = 'the channels keep changing while they are imported; try again';
  return new AppError('conflict', message);
}
