import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, type PoolClient, types } from 'pg';
import { connectionFault, isLostConnection, postgresFault } from './postgres-fault.ts';

export interface PostgresPoolOptions {
  url: string;
  /** The most connections. */
  size: number;
  /** After this time Postgres cancels a statement, including its wait for locks. */
  statementTimeoutMs: number;
}

/** How long a query waits for a new or a free connection. */
const connectTimeoutMs = 10_000;
/** An idle connection is closed after this. */
const idleTimeoutMs = 60_000;
/** Postgres ends a transaction that a hung process holds open. */
const idleInTransactionTimeoutMs = 60_000;
/** How much later than the server's own limit a statement fails here, if the server doesn't respond. */
const silenceMs = 5_000;
/** The most queries that wait for a connection; beyond it the database counts as unreachable. */
const waitingLimit = 1_000;

const int8Oid = 20;
const numericOid = 1700;

/** A bounded pool. Its errors say what is wrong without any part of the connection string. */
export function createPostgresPool(options: PostgresPoolOptions): PostgresPool {
  const pool = new Pool({
    connectionString: options.url,
    application_name: 'api-monitor',
    max: options.size,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + silenceMs,
    keepAlive: true,
    types: { getTypeParser },
  });
  // An idle connection that breaks is dropped; while it is used, the query reports the error.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  const guarded = new WeakMap<PoolClient, PostgresPoolClient>();
  const connect = async () => {
    const client = await connectClient(pool);
    const known = guarded.get(client) ?? guardClient(client);
    guarded.set(client, known);
    return known;
  };
  return { options: {}, connect, end: () => pool.end() };
}

async function connectClient(pool: Pool): Promise<PoolClient> {
  try {
    if (pool.waitingCount >= waitingLimit) throw new Error('too many queries wait for it');
    return await pool.connect();
  } catch (error) {
    throw connectionFault(error);
  }
}

/** Reads 64-bit integers and sums as numbers: none in this database comes near 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === int8Oid || oid === numericOid) return Number;
  return types.getTypeParser(oid, format);
}

function guardClient(client: PoolClient): PostgresPoolClient {
  let isLost = false;
  const run = async (text: string, values: readonly unknown[]) => {
    try {
      return await client.query(text, values.map(storable));
    } catch (error) {
      isLost ||= isLostConnection(error);
      throw postgresFault(error);
    }
  };
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('Queries of this room are never streamed.');
    return run(text, values);
  }
  return { query, release: (isToBeClosed) => client.release(isToBeClosed || isLost) };
}

/** Postgres can't store NUL in text (https://www.postgresql.org/docs/current/datatype-character.html). */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
}
