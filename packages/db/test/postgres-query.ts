import { Client } from 'pg';

/** Runs a statement, or several, on a connection of its own. Returns the rows of a single one. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(statement).finally(() => client.end());
  return rows;
}
