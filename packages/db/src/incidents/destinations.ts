import {
  AppError,
  type Destination,
  type DestinationInput,
  destinationShape,
  fieldKindsOf,
} from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { destinationPurpose } from '../secrets/secret-columns.ts';
import { dropDeliveries } from './deliveries.ts';

const { columns, toRow, fromRow } = createCodec<Destination>(fieldKindsOf(destinationShape));

/** Where notices go, in the order in which they were made. */
export async function listDestinations({ kysely }: Database): Promise<Destination[]> {
  const rows = await kysely.selectFrom('destinations').select(columns).orderBy('id').execute();
  return rows.map(fromRow);
}

/** null if there is no such destination. */
export async function getDestination(
  { kysely }: Database,
  id: number,
): Promise<Destination | null> {
  const row = await kysely
    .selectFrom('destinations')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The config of a destination in the clear, as its adapter takes it. Throws AppError `not_found`. */
export async function openDestinationConfig(db: Database, id: number): Promise<unknown> {
  const row = await db.kysely
    .selectFrom('destinations')
    .select('config')
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'there is no such destination');
  return openSealedConfig(db, row.config);
}

/** A config as it is stored and queued. It is anything that can be JSON. */
export function sealConfig({ secretBox }: Pick<Database, 'secretBox'>, config: unknown): string {
  return secretBox.seal(JSON.stringify(config), destinationPurpose);
}

/** What `sealConfig` has sealed. Throws AppError `encryption_key_mismatch`. */
export function openSealedConfig(
  { secretBox }: Pick<Database, 'secretBox'>,
  sealed: string,
): unknown {
  return JSON.parse(secretBox.open(sealed, destinationPurpose));
}

/** Stores a destination, its config sealed. `config` is anything that can be JSON. */
export async function createDestination(
  db: Database,
  input: DestinationInput,
  config: unknown,
  nowS: number,
): Promise<Destination> {
  const row = await db.kysely
    .insertInto('destinations')
    .values({ ...toRow(input), config: sealConfig(db, config), created_at: nowS, updated_at: nowS })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/**
 * Changes what is given; without `config` it stays. What waits for one that is switched off is dropped.
 * null if there is no such destination.
 */
export async function updateDestination(
  db: Database,
  id: number,
  { config, ...patch }: Partial<DestinationInput> & { config?: unknown },
  nowS: number,
): Promise<Destination | null> {
  return inTransaction(db, async (tx) => {
    const row = await tx.kysely
      .updateTable('destinations')
      .set({
        ...toRow(patch),
        ...(config === undefined ? {} : { config: sealConfig(db, config) }),
        updated_at: nowS,
      })
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirst();
    if (row && row.enabled === 0) await dropDeliveries(tx, id, nowS);
    return row ? fromRow(row) : null;
  });
}

/** Returns whether there was one. Notices that wait for it are dropped; those that were sent stay in the log. */
export async function deleteDestination(db: Database, id: number, nowS: number): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const { numDeletedRows } = await tx.kysely
      .deleteFrom('destinations')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await dropDeliveries(tx, id, nowS);
    return Number(numDeletedRows) > 0;
  });
}

/** Notes the file that code sets a destination from. */
export async function markDestination(
  { kysely }: Database,
  id: number,
  managed_by: string,
): Promise<void> {
  await kysely.updateTable('destinations').set({ managed_by }).where('id', '=', id).execute();
}

/** The destinations that code has set, each with its file. */
export async function listManagedDestinations({
  kysely,
}: Database): Promise<{ id: number; managed_by: string }[]> {
  const rows = await kysely
    .selectFrom('destinations')
    .select(['id', 'managed_by'])
    .where('managed_by', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.flatMap(({ id, managed_by }) => (managed_by === null ? [] : { id, managed_by }));
}
