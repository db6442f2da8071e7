import type { TestProject } from 'vitest/node';
import { openPostgres } from '../src/engine/postgres/open-postgres.ts';
import { query } from './postgres-query.ts';
import { usePostgresServer } from './postgres-server.ts';

/** What tests on Postgres get: the server, and a migrated database from which theirs are copied. */
export interface ProvidedPostgres {
  url: string;
  /** Its name, with which the names of the copies begin. */
  template: string;
  /** How many tables it has, without those of the migrator, and how many columns these have. */
  tables: number;
  columns: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres?: ProvidedPostgres;
  }
}

/** Before all tests on Postgres: starts one server for them. Afterwards nothing of theirs is left. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await usePostgresServer();
  const template = `api_monitor_test_${process.pid}`;
  await query(server.url, `create database ${template} encoding 'UTF8' template template0`);
  const url = new URL(server.url);
  url.pathname = template;
  const db = await openPostgres({ url: url.href, size: 1 }, 0);
  const tables = await db.introspection.getTables();
  await db.destroy();
  project.provide('postgres', {
    ...{ url: server.url, template, tables: tables.length },
    columns: tables.reduce((sum, table) => sum + table.columns.length, 0),
  });
  return async () => {
    const made = `select datname from pg_database where datname like '${template}%'`;
    for (const { datname } of await query(server.url, made)) {
      await query(server.url, `drop database ${datname} with (force)`);
    }
    await server.close();
  };
}
