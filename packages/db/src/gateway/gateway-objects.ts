import { type GatewayRecord, type ObjectKind, objectLifeS } from '@api-monitor/core';
import { type Insertable, sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import { type Batches, deleteRows } from '../engine/delete-batches.ts';
import type { Schema } from '../schema.ts';

/** Which channel keeps an object, for which key (null: the master token). */
export interface GatewayObject {
  object_hash: string;
  target_id: number;
  /** The hash of the channel's key that made it; null: the channel had only one. */
  target_key: string | null;
  key_id: number | null;
  kind: ObjectKind;
}

/** A channel that has objects of a key, made by this one of its own keys. */
export type ObjectHolder = Pick<GatewayObject, 'target_id' | 'target_key'>;

const columns = ['object_hash', 'target_id', 'target_key', 'key_id', 'kind'] as const;

/**
 * Writes which objects the requests made or deleted. On one channel an id belongs to the key that had it
 * first. Belongs in the transaction that stores the requests, so that each counts once.
 */
export async function writeGatewayObjects(
  { kysely }: Database,
  requests: readonly GatewayRecord[],
): Promise<void> {
  let made: Insertable<Schema['gateway_objects']>[] = [];
  const write = async () => {
    for (const rows of chunksOf(made)) {
      await kysely
        .insertInto('gateway_objects')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['object_hash', 'target_id']).doNothing())
        .execute();
    }
    made = [];
  };
  for (const { objects = [], target_id, key_id, timestamp: created_at } of requests) {
    if (target_id === null) continue;
    for (const { hash: object_hash, kind, is_deleted, target_key = null } of objects) {
      const lifeS = objectLifeS[kind];
      const expires_at = lifeS === null ? null : created_at + lifeS;
      if (!is_deleted) {
        made.push({ object_hash, target_id, target_key, key_id, kind, created_at, expires_at });
        continue;
      }
      await write();
      await kysely
        .deleteFrom('gateway_objects')
        .where('object_hash', '=', object_hash)
        .where('target_id', '=', target_id)
        .execute();
    }
  }
  await write();
}

/** The newest objects, oldest first. */
export async function listNewestObjects(
  { kysely }: Database,
  { limit, nowS }: { limit: number; nowS: number },
): Promise<GatewayObject[]> {
  const rows = await kysely
    .selectFrom('gateway_objects')
    .select(columns)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', nowS)]))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse();
}

/** Who has the objects with these hashes, in the order in which they got them. */
export async function findGatewayObjects(
  { kysely }: Database,
  hashes: readonly string[],
): Promise<GatewayObject[]> {
  const found: GatewayObject[] = [];
  for (const chunk of chunksOf(hashes)) {
    found.push(
      ...(await kysely
        .selectFrom('gateway_objects')
        .select(columns)
        .where('object_hash', 'in', chunk)
        .orderBy('id')
        .execute()),
    );
  }
  return found;
}

/** Which channels' keys have such objects of a key, the one with the latest first. */
export async function listObjectHolders(
  { kysely }: Database,
  { key_id, kinds }: { key_id: number; kinds: readonly ObjectKind[] },
): Promise<ObjectHolder[]> {
  const rows = await kysely
    .selectFrom('gateway_objects')
    .select(['target_id', 'target_key', ({ fn }) => fn.max('id').as('latest')])
    .where('key_id', '=', key_id)
    .where('kind', 'in', kinds)
    .groupBy(['target_id', 'target_key'])
    .orderBy('latest', 'desc')
    .execute();
  return rows.map(({ target_id, target_key }) => ({ target_id, target_key }));
}

/** Deletes what has expired, what only deleted targets had, and the oldest above `limit`. Returns how many. */
export async function pruneGatewayObjects(
  db: Database,
  { nowS, limit, ...batches }: Batches & { nowS: number; limit: number },
): Promise<number> {
  const rules = [
    sql`expires_at <= ${nowS}`,
    sql`target_id not in (select id from targets where deleted_at is null)`,
    sql`id <= (select max(id) from gateway_objects) - ${limit}`,
  ];
  let deleted = 0;
  for (const rule of rules)
    deleted += (await deleteRows(db, 'gateway_objects', rule, batches)).deleted;
  return deleted;
}
