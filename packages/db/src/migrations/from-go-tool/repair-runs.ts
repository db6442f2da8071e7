import { runStatuses } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import { type AnySchema, pagesOf } from '../steps/any-schema.ts';
import { type OldRow, readText, readTime, readWhole } from './read-old-value.ts';

const columns = [
  'started_at',
  'finished_at',
  'status',
  'total',
  'success',
  'fail',
  'log_file',
  'error',
] as const;

/** Brings every run into its form. None is running: the older tool is stopped by now. */
export async function repairRuns(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  for await (const rows of pagesOf<OldRow & { id: number }>(db, 'runs', columns)) {
    for (const row of rows) {
      const repaired = repairRun(row, nowS);
      if (columns.every((column) => repaired[column] === row[column])) continue;
      await db.updateTable('runs').set(repaired).where('id', '=', row.id).execute();
    }
  }
}

function repairRun(row: OldRow, nowS: number) {
  const finishedAt = readTime(row.finished_at);
  const wasRunning = row.status === 'running';
  return {
    started_at: readTime(row.started_at) ?? finishedAt ?? nowS,
    finished_at: wasRunning ? nowS : finishedAt,
    status: statusOf(row.status, finishedAt),
    total: readCount(row.total),
    success: readCount(row.success),
    fail: readCount(row.fail),
    log_file: readText(row.log_file),
    error: wasRunning ? 'interrupted' : readText(row.error),
  };
}

function statusOf(value: unknown, finishedAt: number | null): string {
  if (value === 'running') return 'error';
  const known = runStatuses.find((status) => status === value);
  return known ?? (finishedAt === null ? 'error' : 'completed');
}

function readCount(value: unknown): number {
  return readWhole(value, 0, Number.MAX_SAFE_INTEGER) ?? 0;
}
