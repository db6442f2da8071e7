import { Client } from 'pg';

/** Runs one or several statements on a new connection. Returns the rows of a single statement. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(statement).finally(() => client.end());
  return rows;
}
