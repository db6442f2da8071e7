import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { query } from './postgres-query.ts';
import type { ProvidedPostgres } from './postgres-setup.ts';

/** Whether this run of the tests is the one on Postgres. */
export function isOnPostgres(): boolean {
  return inject('postgres') !== undefined;
}

/** The address of a new, migrated database if the tests run on Postgres; undefined: they run on SQLite. */
export async function testDatabaseUrl(): Promise<string | undefined> {
  return isOnPostgres() ? makeDatabase(`template ${server().template}`) : undefined;
}

/** Databases that the tests of this file have emptied; creating a new one takes longer. */
const free: string[] = [];

/** The address of a migrated, empty database for the running test alone. */
export async function postgresDatabase(): Promise<string> {
  const url = free.pop() ?? (await makeDatabase(`template ${server().template}`));
  onTestFinished(async () => {
    if (await clean(url)) free.push(url);
  });
  return url;
}

/** The same, but without tables. `options` are those of `create database`. */
export async function emptyPostgresDatabase(options = ''): Promise<string> {
  const url = await makeDatabase(`encoding 'UTF8' template template0 ${options}`);
  return url;
}

async function makeDatabase(options: string): Promise<string> {
  const { url, template } = server();
  const name = `${template}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await query(url, `create database ${name} ${options}`);
  const made = new URL(url);
  made.pathname = name;
  return made.href;
}

/**
 * Empties all tables and resets their numbers; false if a test has changed their columns, so that nobody may
 * use the database again. (Truncating creates new files for each table and index, which takes far longer.)
 */
async function clean(url: string): Promise<boolean> {
  const [whole] = await query(
    url,
    `select count(*)::int as tables, sum((select count(*) from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped))::int as columns,
      string_agg(format('delete from %I', relname), ';') as empty,
      (select string_agg(format('alter sequence %I restart', relname), ';') from pg_class
        where relkind = 'S' and relnamespace = 'public'::regnamespace) as renumber
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and relname not like 'kysely%'`,
  );
  const { tables, columns } = server();
  if (whole?.tables !== tables || whole.columns !== columns) return false;
  await query(url, `${whole.empty};${whole.renumber}`);
  return true;
}

function server(): ProvidedPostgres {
  const postgres = inject('postgres');
  if (!postgres) throw new Error('only the tests on Postgres know one');
  return postgres;
}
