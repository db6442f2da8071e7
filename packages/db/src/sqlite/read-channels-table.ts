import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';

const rowLimit = 5001;

/**
 * The rows of the table `channels` in another program's SQLite file, which is as trustworthy as anything
 * that comes in: no view, trigger or computed column of it is ever evaluated. Throws AppError
 * `invalid_input` where it is no such file.
 */
export function readChannelsTable(bytes: Buffer): Record<string, unknown>[] {
  const sqlite = open(bytes);
  try {
    sqlite.pragma('trusted_schema = OFF');
    const table = sqlite
      .prepare(
        "select type from sqlite_schema where name = 'channels' and sql not like '%virtual%'",
      )
      .pluck()
      .get();
    if (table !== 'table') throw invalid('it has no table "channels"');
    const stored = sqlite.pragma('table_xinfo(channels)') as { name: string; hidden: number }[];
    const columns = stored.filter(({ hidden }) => hidden === 0).map(({ name }) => quoted(name));
    const list = sqlite.prepare(`select ${columns.join(', ')} from channels limit ${rowLimit}`);
    return list.all() as Record<string, unknown>[];
  } catch (cause) {
    throw cause instanceof AppError ? cause : invalid('it is not whole', cause);
  } finally {
    sqlite.close();
  }
}

function open(bytes: Buffer): Sqlite.Database {
  try {
    return new Sqlite(bytes, { readonly: true });
  } catch (cause) {
    throw invalid('it is not whole', cause);
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function invalid(fault: string, cause?: unknown): AppError {
  return new AppError('invalid_input', `the SQLite file cannot be read: ${fault}`, { cause });
}
