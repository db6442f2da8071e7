import { contentLimit, routes, wireProtocols } from '@api-monitor/core';
import { type Expression, type Kysely, type RawBuilder, sql } from 'kysely';
import { type AnySchema, pagesOf } from '../steps/any-schema.ts';
import { type OldRow, readTime } from './read-old-value.ts';

/** In SQL, because there may be millions of rows; only those that differ are written. */
export async function repairRunModels(db: Kysely<AnySchema>): Promise<void> {
  await repairDates(db);
  const repaired = repairedColumns();
  const differs = Object.entries(repaired).map(
    ([column, value]) => sql<boolean>`${sql.ref(column)} is distinct from ${value}`,
  );
  await db
    .updateTable('run_models')
    .set(repaired)
    .where(sql<boolean>`${sql.join(differs, sql` or `)}`)
    .execute();
}

function repairedColumns() {
  const route = oneOf<'chat'>('route', routes, routeOfProtocol());
  return {
    protocol: oneOf<'openai'>('protocol', wireProtocols, protocolOfRoute()),
    route,
    model: sql<string>`coalesce(nullif(cast(model as text), ''), 'unknown')`,
    stream: bit('stream'),
    success: bit('success'),
    transport_success: bit('transport_success'),
    duration: positive('duration'),
    timestamp: sql<number>`coalesce(cast(timestamp as double precision), (select started_at from runs where runs.id = run_models.run_id), 0)`,
    tool_calls_count: positiveWhole('tool_calls_count'),
    tool_calls: text('tool_calls', '[]'),
    content: sql<string>`substr(coalesce(cast(content as text), ''), 1, ${contentLimit})`,
    endpoint: text('endpoint', ''),
    status_code: sql<
      number | null
    >`case when cast(status_code as integer) between 100 and 599 then cast(status_code as integer) end`,
  };
}

function text(column: string, fallback: string): RawBuilder<string> {
  return sql`coalesce(cast(${sql.ref(column)} as text), ${fallback})`;
}

/** A number of 0 or more; text that isn't a number counts as 0. */
function positive(column: string): RawBuilder<number> {
  const number = sql`cast(${sql.ref(column)} as double precision)`;
  return sql`case when ${number} > 0 then ${number} else 0 end`;
}

function positiveWhole(column: string): RawBuilder<number> {
  const number = sql`cast(${sql.ref(column)} as integer)`;
  return sql`case when ${number} > 0 then ${number} else 0 end`;
}

function bit(column: string): RawBuilder<0 | 1> {
  return sql`case when lower(cast(${sql.ref(column)} as text)) in ('1', '1.0', 'true', 'yes', 'on') then 1 else 0 end`;
}

function oneOf<T>(
  column: string,
  allowed: readonly string[],
  fallback: Expression<unknown>,
): RawBuilder<T> {
  return sql`case when ${sql.ref(column)} in (${sql.join(allowed)}) then ${sql.ref(column)} else ${fallback} end`;
}

function routeOfProtocol(): RawBuilder<string> {
  return sql`case when protocol in ('anthropic', 'gemini') then protocol else 'chat' end`;
}

function protocolOfRoute(): RawBuilder<string> {
  return sql`case when route in ('anthropic', 'gemini') then route else 'openai' end`;
}

/** Reads dates that are text one by one, because every database reads them differently. */
async function repairDates(db: Kysely<AnySchema>): Promise<void> {
  const isDate = sql<boolean>`cast(timestamp as text) like '%-%-%'`;
  for await (const rows of pagesOf<OldRow & { id: number }>(
    db,
    'run_models',
    ['timestamp'],
    isDate,
  )) {
    for (const row of rows) {
      const timestamp = readTime(row.timestamp) ?? 0;
      await db.updateTable('run_models').set({ timestamp }).where('id', '=', row.id).execute();
    }
  }
}
