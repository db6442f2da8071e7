import type { AlertKind, Incident, IncidentEvent, Severity } from '@api-monitor/core';
import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';
import { eventCodec, incidentCodec } from './alert-state.ts';

export interface ListIncidentsInput {
  /** true: those that go on; false: those that are over. */
  is_open?: boolean;
  severity?: Severity | undefined;
  /** Only those with a member on this channel, whether it still fails or not. */
  target_id?: number | undefined;
  /** Only those that began before this one: the next page. */
  before_id?: number | undefined;
  limit: number;
}

/** Incidents, newest first, without those that became part of another. */
export async function listIncidents(
  { kysely }: Database,
  { is_open, severity, target_id, before_id, limit }: ListIncidentsInput,
): Promise<Incident[]> {
  let query = kysely
    .selectFrom('incidents')
    .select(incidentCodec.columns)
    .where('merged_into', 'is', null);
  if (is_open !== undefined) query = query.where('ended_at', is_open ? 'is' : 'is not', null);
  if (severity !== undefined) query = query.where('severity', '=', severity);
  if (target_id !== undefined) query = query.where(isAbout(`"target_id":${target_id},`));
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(incidentCodec.fromRow);
}

/** Whether the JSON of the members has this text; within another text of it, its quotes would be escaped. */
function isAbout(text: string) {
  return sql<boolean>`members like ${`%${text}%`}`;
}

/** How many go on; `kinds`: only those with a member of one of these, and those of our own network. */
export async function countOpenIncidents(
  { kysely }: Database,
  kinds: readonly AlertKind[] | null,
): Promise<number> {
  let query = kysely
    .selectFrom('incidents')
    .select((select) => select.fn.countAll().as('count'))
    .where('merged_into', 'is', null)
    .where('ended_at', 'is', null);
  if (kinds !== null) {
    const has = kinds.map((kind) => isAbout(`"subject":{"kind":"${kind}",`));
    query = query.where((where) => where.or([where('scope', '=', 'network'), ...has]));
  }
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** Those that went on after a time, oldest first, without those that became part of another. */
export async function listIncidentsSince(
  { kysely }: Database,
  { from, limit }: { from: number; limit: number },
): Promise<Incident[]> {
  const rows = await kysely
    .selectFrom('incidents')
    .select(incidentCodec.columns)
    .where('merged_into', 'is', null)
    .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>=', from)]))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(incidentCodec.fromRow);
}

export async function getIncident({ kysely }: Database, id: number): Promise<Incident | null> {
  const row = await kysely
    .selectFrom('incidents')
    .select(incidentCodec.columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? incidentCodec.fromRow(row) : null;
}

/** The timeline of an incident, oldest first. */
export async function listIncidentEvents(
  { kysely }: Database,
  { incident_id, limit }: { incident_id: number; limit: number },
): Promise<IncidentEvent[]> {
  const rows = await kysely
    .selectFrom('incident_events')
    .select(eventCodec.columns)
    .where('incident_id', '=', incident_id)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(eventCodec.fromRow);
}

/** Deletes incidents that ended before, with their events. Returns how many. */
export async function pruneIncidents(
  db: Database,
  { before, ...batches }: Retention,
): Promise<number> {
  const isOld = sql`is_current = 0 and ended_at < ${before}`;
  return (await deleteRows(db, 'incidents', isOld, batches)).deleted;
}
