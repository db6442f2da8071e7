import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  type ColumnPlan,
  defaultsTo,
  ensureTable,
  integer,
  seconds,
  text,
} from '../steps/column-plan.ts';
import { buildEvidence } from './build-evidence.ts';
import { rebuildModelStates } from './rebuild-model-states.ts';
import { repairListFaults } from './repair-list-faults.ts';
import { sumWatchedTime } from './sum-watched-time.ts';

const targetsAdditions: readonly ColumnPlan[] = [
  text('models', defaultsTo('[]')),
  text('models_mode', defaultsTo('both')),
  text('dont_probe', defaultsTo('[]')),
  integer('traffic_proves', defaultsTo(1)),
  integer('probe_requests_per_day', defaultsTo(0)),
  integer('probe_tokens_per_day', defaultsTo(0)),
  text('last_error_kind'),
  text('fault'),
  text('list_way'),
  integer('probe_concurrency'),
];

const runModelsAdditions: readonly ColumnPlan[] = [
  integer('input_tokens'),
  integer('requests', defaultsTo(1)),
  text('proved_by', defaultsTo('probe')),
  integer('is_wrong_answer', defaultsTo(0)),
  text('question'),
];

const totalsAdditions: readonly ColumnPlan[] = [
  seconds('watched_s', defaultsTo(0)),
  seconds('served_s', defaultsTo(0)),
  integer('requests', defaultsTo(0)),
  integer('tokens', defaultsTo(0)),
  text('times'),
];

/** Evidence by route, faults of channels, the cost of probes, and availability as time. */
export function evidence(nowS: number): Migration {
  return {
    async up(db: Kysely<AnySchema>) {
      const existing = await listTables(db);
      await ensureTable(db.schema, existing, 'targets', targetsAdditions);
      await ensureTable(db.schema, existing, 'runs', [text('error_kind')]);
      await ensureTable(db.schema, existing, 'run_models', runModelsAdditions);
      await ensureTable(db.schema, existing, 'probe_totals', totalsAdditions);
      await sql`update run_models set requests = 0 where error_kind = 'skipped'`.execute(db);
      await repairListFaults(db);
      await rebuildModelStates(db);
      await buildEvidence(db);
      await sumWatchedTime(db, nowS);
      await db.schema.dropIndex('runs_failed').execute();
    },
  };
}
