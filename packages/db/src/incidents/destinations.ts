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

/** The config of a destination in the clear, as its adapter takes it. Throws AppError `not_found`. */
export async function openDestinationConfig(
  { kysely, secretBox }: Database,
  id: number,
): Promise<unknown> {
  const row = await kysely
    .selectFrom('destinations')
    .select('config')
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'there is no such destination');
  return JSON.parse(secretBox.open(row.config, destinationPurpose));
}

/** Stores a destination, its config sealed. `config` is anything that can be JSON. */
export async function createDestination(
  { kysely, secretBox }: Database,
  input: DestinationInput,
  config: unknown,
  nowS: number,
): Promise<Destination> {
  const sealed = secretBox.seal(JSON.stringify(config), destinationPurpose);
  const row = await kysely
    .insertInto('destinations')
    .values({ ...toRow(input), config: sealed, created_at: nowS, updated_at: nowS })
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
  const { secretBox } = db;
  return inTransaction(db, async (tx) => {
    const row = await tx.kysely
      .updateTable('destinations')
      .set({
        ...toRow(patch),
        ...(config === undefined
          ? {}
          : { config: secretBox.seal(JSON.stringify(config), destinationPurpose) }),
        updated_at: nowS,
      })
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirst();
    if (row && row.enabled === 0) await dropDeliveries(tx, id, nowS);
    return row ? fromRow(row) : null;
  });
}

/** Returns whether there was one. What waits for it is dropped; what was sent stays in the log. */
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
