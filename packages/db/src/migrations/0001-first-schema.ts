import { type Kysely, sql, type TableMetadata } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../engine/dialect.ts';
import {
  appSettingsColumns,
  proxyKeysColumns,
  runModelsColumns,
  runsColumns,
  targetsColumns,
} from './from-go-tool/first-columns.ts';
import { repairOldRows } from './from-go-tool/repair-old-rows.ts';
import { retypeColumns } from './from-go-tool/retype-columns.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { buildModelStates } from './steps/build-model-states.ts';
import { createIndex, ensureTable, planTable } from './steps/column-plan.ts';
import { stateColumns, wideColumns } from './steps/widen-model-states.ts';

/** The whole schema, in an empty database or over that of any version of the older tool. */
export function firstSchema(nowS: number): Migration {
  return {
    async up(db: Kysely<AnySchema>) {
      const existing = await listTables(db);
      await ensureTables(db, existing);
      if (isOlder(existing)) await repairOldRows(db, nowS);
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

/** If not, there is nothing to repair; so on every Postgres, because the older tool only knew SQLite. */
function isOlder(existing: readonly TableMetadata[]): boolean {
  return existing.some((table) => tables.some(([name]) => name === table.name));
}

async function ensureTables(
  db: Kysely<AnySchema>,
  existing: readonly TableMetadata[],
): Promise<void> {
  for (const [name, columns] of tables) {
    await ensureTable(db.schema, existing, name, columns);
    await retypeColumns(db, existing, name, columns);
  }
}

async function createModelStates(db: Kysely<AnySchema>): Promise<void> {
  await planTable(db.schema, 'model_states', [...stateColumns, ...wideColumns])
    .addPrimaryKeyConstraint('model_states_primary_key', ['target_id', 'model'])
    .execute();
}

async function createIndexes(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createIndex('runs_one_running')
    .unique()
    .on('runs')
    .column('target_id')
    .where(sql.ref('status'), '=', 'running')
    .execute();
  await createIndex(db, 'runs_by_target', 'runs', ['target_id', 'id']);
  await createIndex(db, 'run_models_by_run', 'run_models', ['run_id']);
  await createIndex(db, 'run_models_by_target', 'run_models', ['target_id', 'run_id']);
}
