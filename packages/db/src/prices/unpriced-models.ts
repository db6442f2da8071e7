import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';

/** A model of a channel that requests without a known cost went to. */
interface UnpricedModel {
  target_id: number;
  model: string;
  requests: number;
}

/** Which models had requests without a known cost since an hour (Unix seconds). */
export async function listUnpricedModels(db: Database, from: number): Promise<UnpricedModel[]> {
  const rows = await db.kysely
    .selectFrom('proxy_totals')
    .select(['target_id', 'model', sql<number>`sum(unpriced)`.as('requests')])
    .where('hour', '>=', from)
    .where('unpriced', '>', 0)
    .where('model', '<>', '')
    .groupBy(['target_id', 'model'])
    .execute();
  return rows.map((row) => ({ ...row, requests: Number(row.requests) }));
}
