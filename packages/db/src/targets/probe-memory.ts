import type { ChannelFault } from '@api-monitor/core';
import { parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

/** What runs have learnt about a channel as a whole. */
export interface ProbeMemory {
  /** As it was given to `finishRun`; null if nothing was. */
  list_way: unknown;
  probe_concurrency: number | null;
  fault: ChannelFault | null;
}

/** All null if there is no such target. */
export async function getProbeMemory(db: Database, targetId: number): Promise<ProbeMemory> {
  const row = await db.kysely
    .selectFrom('targets')
    .select(['list_way', 'probe_concurrency', 'fault'])
    .where('id', '=', targetId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return {
    list_way: row?.list_way ? parseColumn<unknown>(row.list_way) : null,
    probe_concurrency: row?.probe_concurrency ?? null,
    fault: row?.fault ? parseColumn<ChannelFault>(row.fault) : null,
  };
}

/** How many probes at a time are sent to each channel that complained of more, by its id. */
export async function listProbeConcurrency(db: Database): Promise<Map<number, number>> {
  const rows = await db.kysely
    .selectFrom('targets')
    .select(['id', 'probe_concurrency'])
    .where('deleted_at', 'is', null)
    .where('probe_concurrency', 'is not', null)
    .execute();
  return new Map(
    rows.flatMap((row) => (row.probe_concurrency ? [[row.id, row.probe_concurrency]] : [])),
  );
}
