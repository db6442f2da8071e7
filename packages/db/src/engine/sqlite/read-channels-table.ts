import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';

/** One more than an import accepts, so that the caller notices that there are too many. */
const rowLimit = 5001;
/** one-api's table has 25, new-api's about 35. */
const columnLimit = 100;
const contentLimitMiB = 32;
/** Where the header says, in two bytes, whether a WAL belongs to the file: https://www.sqlite.org/fileformat2.html */
const walVersionAt = 18;
const walFault =
  'its newest changes are in the -wal file beside it; stop the program that uses it, or copy it with VACUUM INTO';

export interface ChannelsTable {
  rows: Record<string, unknown>[];
  /** Whether changes may be missing, because they are still in the `-wal` file beside it. */
  isWal: boolean;
}

/**
 * The rows of the table `channels` in another program's SQLite file. The file is untrusted: its views,
 * triggers and computed columns are never evaluated, and nothing is read that claims to be larger than a
 * file may be. Throws AppError `invalid_input`. A hostile file can still keep SQLite busy forever, so call
 * this in a process that can be killed.
 */
export function readChannelsTable(bytes: Buffer): ChannelsTable {
  const isWal = bytes[walVersionAt] === 2;
  const sqlite = open(isWal ? withoutWal(bytes) : bytes, isWal);
  try {
    sqlite.pragma('trusted_schema = OFF');
    const columns = storedColumns(sqlite);
    assertReadable(sqlite, columns);
    const list = sqlite.prepare(`select ${columns.join(', ')} from channels limit ${rowLimit}`);
    return { rows: list.all() as Record<string, unknown>[], isWal };
  } catch (cause) {
    if (isWal) throw invalid(walFault, cause);
    throw cause instanceof AppError ? cause : invalid('it is damaged', cause);
  } finally {
    sqlite.close();
  }
}

function open(bytes: Buffer, isWal: boolean): Sqlite.Database {
  try {
    return new Sqlite(bytes, { readonly: true });
  } catch (cause) {
    throw invalid(isWal ? walFault : 'it is damaged', cause);
  }
}

/** SQLite can't open a file in memory that says it is in WAL mode. */
function withoutWal(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(1, walVersionAt, walVersionAt + 2);
  return copy;
}

/** The quoted names of the columns that aren't computed. */
function storedColumns(sqlite: Sqlite.Database): string[] {
  const table = sqlite
    .prepare("select type from sqlite_schema where name = 'channels' and sql not like '%virtual%'")
    .pluck()
    .get();
  if (table !== 'table') throw invalid('it has no table "channels"');
  const columns = sqlite.pragma('table_xinfo(channels)') as { name: string; hidden: number }[];
  if (columns.length > columnLimit) {
    throw invalid(`its table has more than ${columnLimit} columns`);
  }
  return columns.filter(({ hidden }) => hidden === 0).map(({ name }) => quoted(name));
}

/**
 * Overflow pages may be shared or form a loop, so that a small file claims to hold gigabytes.
 * `octet_length` takes the size from a row's header without reading the value.
 */
function assertReadable(sqlite: Sqlite.Database, columns: readonly string[]): void {
  const lengths = columns.map((column) => `octet_length(${column})`).join(', ');
  const rows = sqlite.prepare(`select ${lengths} from channels limit ${rowLimit}`).raw();
  let total = 0;
  for (const row of rows.iterate() as IterableIterator<(number | null)[]>) {
    for (const length of row) total += length ?? 0;
    if (total > contentLimitMiB * 1024 ** 2) {
      throw invalid(`its rows hold more than ${contentLimitMiB} MiB`);
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function invalid(fault: string, cause?: unknown): AppError {
  return new AppError('invalid_input', `the SQLite file cannot be read: ${fault}`, { cause });
}
