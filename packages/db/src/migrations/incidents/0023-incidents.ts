import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  createIndex,
  defaultsTo,
  id,
  integer,
  owned,
  planTable,
  required,
  seconds,
  text,
} from '../steps/column-plan.ts';

/** Alerts: their state, incidents with their timelines, destinations and what is on its way to them. */
export const incidents: Migration = {
  async up(db: Kysely<AnySchema>) {
    await createIncidents(db);
    await createDestinations(db);
    await planTable(db.schema, 'maintenance_windows', [
      ...[id, text('name', required), integer('enabled', required), text('schedule', required)],
      ...['target_ids', 'tags', 'models'].map((name) => text(name, required)),
      ...[integer('is_public', required), integer('drains', required)],
    ]).execute();
    await planTable(db.schema, 'status_notes', [
      ...[id, integer('thread_id', required), integer('incident_id'), text('slugs', required)],
      ...[text('state', required), text('title', required), text('text', required)],
      seconds('at', required),
    ]).execute();
    await createIndex(db, 'status_notes_by_time', 'status_notes', ['at']);
  },
};

async function createIncidents(db: Kysely<AnySchema>): Promise<void> {
  await planTable(db.schema, 'alert_state', [
    ...[integer('id', (column) => column.primaryKey()), integer('revision', required)],
    ...[text('state', required), seconds('updated_at', required)],
  ]).execute();
  await planTable(db.schema, 'incidents', [
    ...[integer('id', (column) => column.primaryKey()), integer('is_current', required)],
    ...['scope', 'cause', 'kind', 'severity'].map((name) => text(name, required)),
    ...[seconds('started_at', required), seconds('ended_at'), integer('merged_into')],
    ...[seconds('last_join_at', required), text('lacking', required), text('announced')],
    ...[text('told', required), integer('escalated_min', required)],
    ...[seconds('acknowledged_at'), text('acknowledged_by'), seconds('muted_until')],
    ...[integer('events', required), text('members', required)],
  ]).execute();
  await createIndex(db, 'incidents_by_end', 'incidents', ['ended_at']);
  await createIndex(db, 'incidents_by_current', 'incidents', ['is_current']);
  await planTable(db.schema, 'incident_events', [
    ...[id, integer('incident_id', owned('incidents.id')), integer('seq', required)],
    ...[seconds('at', required), text('kind', required), text('detail', required)],
  ])
    .addUniqueConstraint('incident_events_by_seq', ['incident_id', 'seq'])
    .execute();
}

async function createDestinations(db: Kysely<AnySchema>): Promise<void> {
  await planTable(db.schema, 'destinations', [
    ...[id, text('name', required), text('kind', required), text('config', required)],
    ...[integer('enabled', required), text('severities', required), text('kinds', required)],
    ...['target_ids', 'tags', 'models'].map((name) => text(name, required)),
    ...[integer('recoveries', required), integer('after_min', required)],
    ...[text('language', required), text('time_zone', required), text('quiet_hours')],
    ...[integer('per_minute', required), seconds('created_at', required)],
    seconds('updated_at', required),
  ]).execute();
  await planTable(db.schema, 'deliveries', [
    ...[
      id,
      text('key', (column) => column.notNull().unique()),
      integer('destination_id', required),
    ],
    ...[text('severity', required), seconds('created_at', required), seconds('due_at', required)],
    ...[text('status', required), integer('attempts', defaultsTo(0)), seconds('attempted_at')],
    ...[seconds('finished_at'), seconds('leased_until'), text('answer'), integer('digest_id')],
    text('news', required),
  ]).execute();
  await createIndex(db, 'deliveries_by_status', 'deliveries', ['status', 'due_at']);
  await createIndex(db, 'deliveries_by_destination', 'deliveries', [
    'destination_id',
    'attempted_at',
  ]);
}
