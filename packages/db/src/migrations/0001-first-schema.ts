import { type Kysely, sql, type TableMetadata } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../engine/dialect.ts';
import type { Schema } from '../schema.ts';
import { buildModelStates } from './build-model-states.ts';
import { ensureTable } from './ensure-table.ts';
import {
  appSettingsColumns,
  proxyKeysColumns,
  runModelsColumns,
  runsColumns,
  targetsColumns,
} from './from-go-tool/first-columns.ts';
import { mendOldRows } from './from-go-tool/mend-old-rows.ts';
import { retypeColumns } from './from-go-tool/retype-columns.ts';

/** The whole schema, laid over nothing or over a data folder of the older tool, whatever its age. */
export function firstSchema(nowS: number): Migration {
  return {
    async up(db: Kysely<Schema>) {
      const existing = await listTables(db);
      await ensureTables(db, existing);
      if (isOlder(existing)) await mendOldRows(db, nowS);
      await createModelStates(db);
      await createIndexes(db);
      await buildModelStates(db);
    },
  };
}

/** Parents before their children. */
const tables = [
  ['targets', targetsColumns],
  ['runs', runsColumns],
  ['run_models', runModelsColumns],
  ['app_settings', appSettingsColumns],
  ['proxy_keys', proxyKeysColumns],
] as const;

/** Else there is nothing to mend, as ever on Postgres: the older tool knew SQLite alone. */
function isOlder(existing: readonly TableMetadata[]): boolean {
  return existing.some((table) => tables.some(([name]) => name === table.name));
}

async function ensureTables(db: Kysely<Schema>, existing: readonly TableMetadata[]): Promise<void> {
  for (const [name, columns] of tables) {
    await ensureTable(db.schema, existing, name, columns);
    await retypeColumns(db, existing, name, columns);
  }
}

async function createModelStates(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('model_states')
    .addColumn('target_id', 'integer', (column) =>
      column.notNull().references('targets.id').onDelete('cascade'),
    )
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('success', 'integer', (column) => column.notNull())
    .addColumn('duration', 'double precision', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('error_kind', 'text')
    .addColumn('status_code', 'integer')
    .addColumn('timestamp', 'double precision', (column) => column.notNull())
    .addColumn('first_token_s', 'double precision')
    .addColumn('output_tokens_per_s', 'double precision')
    .addColumn('last_success_at', 'double precision')
    .addColumn('state_since', 'double precision', (column) => column.notNull())
    .addColumn('run_id', 'integer', (column) => column.notNull())
    .addColumn('in_last_run', 'integer', (column) => column.notNull())
    .addColumn('remembered', 'text')
    .addColumn('history', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_states_primary_key', ['target_id', 'model'])
    .execute();
}

async function createIndexes(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createIndex('runs_one_running')
    .unique()
    .on('runs')
    .column('target_id')
    .where(sql.ref('status'), '=', 'running')
    .execute();
  await db.schema.createIndex('runs_by_target').on('runs').columns(['target_id', 'id']).execute();
  await db.schema.createIndex('run_models_by_run').on('run_models').column('run_id').execute();
  await db.schema
    .createIndex('run_models_by_target')
    .on('run_models')
    .columns(['target_id', 'run_id'])
    .execute();
}
