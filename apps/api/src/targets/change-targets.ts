import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  AppError,
  changesBetween,
  type FieldError,
  fieldsFreeOfCode,
  firstEnabled,
  isSameOrigin,
  type KeyFields,
  keysOf,
  secretTargetFields,
  sensitiveTargetFields,
  settingsInForce,
  type Target,
  type TargetInput,
  type TargetPatch,
  targetDefaults,
  transportFields,
} from '@api-monitor/core';
import {
  createTarget,
  type Database,
  deleteTarget,
  getTarget,
  inTransaction,
  listTargetNames,
  lockTargetList,
  openTarget,
  readSettings,
  updateTarget,
} from '@api-monitor/db';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import type { Audit } from '../audit/record-action.ts';
import type { ApiEnv } from '../router.ts';
import { foldName } from '../transfer/fold-name.ts';
import { assertKeyKnown } from './masked-secrets.ts';
import { isOwnAddress, type OwnPlaces, ownPlacesOf } from './own-address.ts';

type ChangeDeps = Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>;

/** Who changes channels, and which addresses lead to the monitor itself. */
export interface Changer {
  audit: Audit;
  own: OwnPlaces;
}

/** The caller of a route, as the one who changes channels. */
export function changerOf(c: Context<ApiEnv>, deps: ApiDeps): Changer {
  return { audit: c.var.audit, own: ownPlacesOf(c, deps) };
}

/** The fields of a new channel, with its key or keys; those left out take their defaults. */
export type NewTarget = Partial<TargetInput> & Pick<TargetInput, 'name' | 'base_url'> & CodeMark;

/** The file that sets a channel, which only code gives. */
export type CodeMark = Partial<Pick<Target, 'managed_by'>>;

export interface WrittenTarget {
  target: Target;
  /** Whether it has another address, key or transport than before. */
  hasMoved: boolean;
}

/** Throws AppError `not_found` if there is no such target. */
export async function findTarget(db: Database, id: number): Promise<Target> {
  const target = await getTarget(db, id);
  if (!target) throw missing(id);
  return target;
}

/** Adds a channel and publishes it. Throws AppError `invalid_input`, and `conflict` if the name is taken. */
export async function addTarget(deps: ChangeDeps, by: Changer, given: NewTarget): Promise<Target> {
  const refusal = refusalOf(null, given, by.own);
  if (refusal) throw refusal;
  const target = await inTransaction(deps.db, async (db) => {
    await refuseSpelling(db, given.name, null);
    return writeNew({ ...deps, db }, by, given);
  });
  await publishUpdates(deps, [target.id]);
  return target;
}

/** Changes a channel and publishes that; with another address, key or transport it is probed at once. Throws AppError `invalid_input`, `not_found`, `conflict`. */
export async function changeTarget(
  deps: ChangeDeps,
  by: Changer,
  current: Target,
  patch: TargetPatch,
): Promise<Target> {
  const changed = changesBetween({ ...current }, { ...patch }).map(({ field }) => field);
  const refusal = refusalByCode(current, changed) ?? refusalOf(current, patch, by.own);
  if (refusal) throw refusal;
  if (patch.enabled) assertKeyKnown(deps.db, current, patch);
  const written = await inTransaction(deps.db, async (db) => {
    if (patch.name !== undefined) await refuseSpelling(db, patch.name, current);
    return writeChange({ ...deps, db }, by, current, patch);
  });
  await publishWritten(deps, [written]);
  return written.target;
}

/** Names that differ only in case, width or Unicode form are one, as in an import. Throws AppError `conflict`. */
async function refuseSpelling(
  db: Database,
  name: string,
  current: Pick<Target, 'id' | 'name'> | null,
): Promise<void> {
  // A channel of an earlier version may have such a name, and keeps it.
  if (name === current?.name) return;
  await lockTargetList(db);
  const wanted = foldName(name);
  const names = await listTargetNames(db);
  const holder = names.find((one) => one.id !== current?.id && foldName(one.name) === wanted);
  if (!holder) return;
  const message = `name: a channel named "${holder.name}" exists already`;
  throw new AppError('conflict', message, { fields: { name: { code: 'taken' } } });
}

/** Deletes a channel with its runs and publishes that. Throws AppError `not_found` and, if code manages it, `conflict`. */
export async function removeTarget(deps: ChangeDeps, by: Changer, id: number) {
  const target = await findTarget(deps.db, id);
  const refusal = refusalByCode(target, null);
  if (refusal) throw refusal;
  await deleteManaged(deps, by, target);
}

/** The same for a channel that code manages. Throws AppError `not_found`. */
export async function deleteManaged(deps: ChangeDeps, { audit }: Changer, target: Target) {
  const { id } = target;
  // Recorded first, because deleting the runs may take minutes, or be finished after a restart.
  await audit(deps.db, 'target.deleted', target);
  if (!(await deleteTarget(deps.db, id, deps.now()))) throw missing(id);
  await publishUpdates(deps, [id]);
}

/**
 * Why these fields of a channel can't be changed by hand or by an import, or (`changed` null) the channel not be
 * deleted: code manages it, and would set them again. null if they can.
 */
export function refusalByCode(
  { name, managed_by }: Target,
  changed: readonly string[] | null,
): AppError | null {
  const locked = changed?.filter((field) => !fieldsFreeOfCode.includes(field)) ?? [];
  if (managed_by === null || (changed && locked.length === 0)) return null;
  const message = `channel "${name}" is managed by code: change it in ${managed_by}, or release it first`;
  const fields = locked.map((field) => [field, { code: 'managed_by_code' } satisfies FieldError]);
  return new AppError('conflict', message, {
    reason: 'managed_by_code',
    fields: Object.fromEntries(fields),
  });
}

/**
 * Why a channel can't be added (`current` null) or changed like this; null if it can. The same rules for
 * API calls, imports and CHANNELS_FILE.
 */
export function refusalOf(
  current: Target | null,
  patch: Pick<TargetPatch, 'base_url' | 'api_key' | 'keys' | 'ca_certificate'>,
  own: OwnPlaces,
): AppError | null {
  const { base_url = current?.base_url ?? '', api_key, keys, ca_certificate } = patch;
  if (base_url !== current?.base_url && isOwnAddress(base_url, own)) {
    const message =
      "base_url must not be this monitor's own address: its gateway would call itself";
    return new AppError('invalid_input', message, {
      fields: { base_url: { code: 'own_address' } },
    });
  }
  if (ca_certificate && !isReadableCertificate(ca_certificate)) {
    const message = 'ca_certificate holds a certificate that cannot be read';
    return new AppError('invalid_input', message, {
      fields: { ca_certificate: { code: 'wrong_certificate' } },
    });
  }
  const isMoved = current !== null && !isSameOrigin(current.base_url, base_url);
  if (isMoved && current.keys.length > 0 && keys === undefined) {
    const message = 'keys must be entered again when base_url moves to another origin';
    return new AppError('invalid_input', message, { fields: { keys: { code: 'reenter_key' } } });
  }
  if (api_key !== undefined || (keys && keys.length > 0)) return null;
  if (!current) {
    const message = 'api_key is required for a new channel';
    return new AppError('invalid_input', message, { fields: { api_key: { code: 'required' } } });
  }
  if (!isMoved) return null;
  const message = 'api_key must be entered again when base_url moves to another origin';
  return new AppError('invalid_input', message, { fields: { api_key: { code: 'reenter_key' } } });
}

function isReadableCertificate(pem: string): boolean {
  try {
    for (const block of pem.split(/(?<=-----END CERTIFICATE-----)\s+/)) new X509Certificate(block);
    return true;
  } catch {
    return false;
  }
}

/** Stores a new channel that isn't refused. `deps.db` is a transaction. */
export async function writeNew(
  { db, now, givenSettings }: ChangeDeps,
  { audit }: Changer,
  given: NewTarget,
): Promise<Target> {
  const { default_interval_min } = settingsInForce(await readSettings(db), givenSettings);
  const { keys = [] } = given;
  const input: TargetInput & CodeMark = {
    ...targetDefaults,
    interval_min: default_interval_min,
    api_key: firstEnabled(keys).api_key,
    ...given,
  };
  const target = await createTarget(db, input, now());
  await audit(
    db,
    'target.created',
    target,
    changesBetween({}, { ...input }, sensitiveTargetFields),
  );
  return target;
}

/** Stores a change that isn't refused. `deps.db` is a transaction. Throws AppError `not_found`. */
export async function writeChange(
  { db, now }: ChangeDeps,
  { audit }: Changer,
  current: Target,
  patch: TargetPatch & CodeMark,
): Promise<WrittenTarget> {
  const hasMoved = moves(db, current, patch);
  // What was found before says nothing about the channel as it is now.
  const cleared = hasMoved ? { fault: null } : {};
  const target = await updateTarget(db, current.id, { ...patch, ...cleared }, now());
  if (!target) throw missing(current.id);
  await audit(
    db,
    'target.changed',
    target,
    changesBetween({ ...current }, { ...patch }, sensitiveTargetFields),
  );
  return { target, hasMoved };
}

/** What was found with another value of these says nothing about the channel. */
const movingFields = ['base_url', ...secretTargetFields, 'keys', ...transportFields] as const;

function moves(db: Database, current: Target, patch: TargetPatch): boolean {
  const given = movingFields.filter((field) => patch[field] !== undefined);
  if (given.length === 0) return false;
  const opened = openedOr(db, current);
  return given.some((field) => !isSameValue(field, opened, patch));
}

function isSameValue(
  field: (typeof movingFields)[number],
  opened: Target | null,
  patch: TargetPatch,
): boolean {
  if (field !== 'keys') return JSON.stringify(patch[field]) === JSON.stringify(opened?.[field]);
  if (!opened) return false;
  const { api_key, keys = [] } = { ...opened, ...patch };
  return isDeepStrictEqual(enabledKeysOf(opened), enabledKeysOf({ api_key, keys }));
}

/** Without their order and their names. */
function enabledKeysOf(fields: KeyFields): string[] {
  const enabled = keysOf(fields).filter((key) => key.enabled);
  return enabled.map(({ api_key }) => api_key).sort();
}

/** null if another installation sealed its secrets. */
function openedOr(db: Database, target: Target): Target | null {
  try {
    return openTarget(db, target);
  } catch {
    return null;
  }
}

/** Publishes channels that were added or changed. Call it after the commit. */
export async function publishWritten(
  { bus, now }: Pick<ApiDeps, 'bus' | 'now'>,
  written: readonly WrittenTarget[],
): Promise<void> {
  for (const { target, hasMoved } of written) {
    const { id: target_id, enabled } = target;
    if (hasMoved) {
      const data = { target_id, fault: null, at: now() };
      await bus.events.publish({ type: 'fault_changed', data });
    }
    await publishUpdates({ bus }, [target_id]);
    // If the queue can't be reached, the schedule probes the channel.
    if (hasMoved && enabled)
      await bus.manualRuns.add(`${target_id}`, { target_id }).catch(() => {});
  }
}

/** Publishes that these channels changed. Call it after the commit. */
export async function publishUpdates(
  { bus }: Pick<ApiDeps, 'bus'>,
  ids: Iterable<number>,
): Promise<void> {
  for (const target_id of ids) {
    await bus.events.publish({ type: 'target_updated', data: { target_id } });
  }
}

function missing(id: number): AppError {
  return new AppError('not_found', `there is no channel ${id}`);
}
