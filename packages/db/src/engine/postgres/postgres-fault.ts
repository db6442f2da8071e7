import { AppError } from '@api-monitor/core';
import { DatabaseError } from 'pg';

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sentences: Readonly<Record<string, string>> = {
  '28000': 'Postgres refuses the user of DATABASE_URL.',
  '28P01': 'Postgres refuses the user or the password of DATABASE_URL.',
  '3D000': 'The database that DATABASE_URL names does not exist: create it.',
  '42501':
    'The user of DATABASE_URL lacks rights in the database: it must be able to create tables.',
  '25006': 'The Postgres of DATABASE_URL refuses writes: it is a replica, or set to read-only.',
  '53100': 'The disk of Postgres is full.',
  '53300':
    'Postgres has no connection left: lower DATABASE_POOL_SIZE or raise its max_connections.',
  '55P03': 'The database is busy: a lock was held for too long.',
  '57014': 'The database took too long for a query.',
};

/** Classes of SQLSTATEs that mean that the server itself is going away or has no resources. */
const awayClasses = ['08', '53', '57', '58'];

const lostWords =
  /^(Connection (terminated|ended)|Client (has encountered a connection error|was closed)|Query read timeout)/;

/** Whether the connection can't be used any more. */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === '25006' || isAway(error.code);
  return error instanceof Error && (isSystemCode(codeOf(error)) || lostWords.test(error.message));
}

/**
 * What a failed connection or query throws here: AppError `unavailable` if the database can't be reached
 * or refuses us, without any part of the connection string; every other error as it is.
 */
export function postgresFault(error: unknown): unknown {
  const sentence = codeOf(error) && sentences[codeOf(error) ?? ''];
  if (error instanceof DatabaseError && sentence) return unavailable(sentence, error);
  if (!isLostConnection(error)) return error;
  return unavailable(`The database is out of reach${reasonOf(error)}.`, error);
}

/** The same for an error while connecting: every such error means that the database can't be reached. */
export function connectionFault(error: unknown): AppError {
  const fault = postgresFault(error);
  if (fault instanceof AppError) return fault;
  return unavailable(`The database is out of reach${reasonOf(error)}.`, error);
}

function unavailable(sentence: string, cause: unknown): AppError {
  return new AppError('unavailable', sentence, { cause: bare(cause) });
}

/** The error without its other fields, because those of a bad address hold all of it. */
function bare(error: unknown): unknown {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(message), { name, code: codeOf(error) });
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code) return ` (${code})`;
  return error instanceof Error && error.message ? ` (${error.message})` : '';
}

function isAway(code: string | undefined): boolean {
  return awayClasses.some((start) => code?.startsWith(start) && code !== '57014');
}

function isSystemCode(code: string | null): boolean {
  return code !== null && /^E[A-Z_]+$/.test(code);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
