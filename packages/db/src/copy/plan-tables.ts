import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** What a copy must know about a table of the destination. */
export interface TablePlan {
  name: string;
  columns: string[];
  /** The column that numbers itself; null if there is none. */
  numbered: string | null;
  references: Reference[];
}

export interface Reference {
  column: string;
  isNullable: boolean;
  parent: string;
  parentColumn: string;
}

/** The tables of this Postgres, parents before their children, without those of the migrator. */
export async function planTables(db: Kysely<Schema>): Promise<TablePlan[]> {
  const references = await readReferences(db);
  const { rows } = await sql<Omit<TablePlan, 'references'>>`
    select table_name as name, json_agg(column_name order by ordinal_position) as columns,
      max(case when is_identity = 'YES' then column_name end) as numbered
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = current_schema() and table_type = 'BASE TABLE'
      and table_name not like 'kysely%'
    group by table_name order by table_name`.execute(db);
  const plans = rows.map((row) => ({ ...row, references: references.get(row.name) ?? [] }));
  return parentsFirst(plans);
}

async function readReferences(db: Kysely<Schema>): Promise<Map<string, Reference[]>> {
  const { rows } = await sql<Reference & { child: string }>`
    select child.relname as child, own.attname as "column", not own.attnotnull as "isNullable",
      parent.relname as parent, theirs.attname as "parentColumn"
    from pg_constraint
      join pg_class child on child.oid = conrelid
      join pg_class parent on parent.oid = confrelid
      join pg_attribute own on own.attrelid = conrelid and own.attnum = conkey[1]
      join pg_attribute theirs on theirs.attrelid = confrelid and theirs.attnum = confkey[1]
    where contype = 'f' and connamespace = current_schema()::regnamespace`.execute(db);
  return Map.groupBy(rows, ({ child }) => child);
}

function parentsFirst(plans: readonly TablePlan[]): TablePlan[] {
  const ordered = new Set<TablePlan>();
  const add = (plan: TablePlan) => {
    for (const { parent } of plan.references) {
      const found = plans.find(({ name }) => name === parent);
      if (found && found !== plan) add(found);
    }
    ordered.add(plan);
  };
  plans.forEach(add);
  return [...ordered];
}
