import { type RunStatus, runStatuses } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { RunRow } from '../../runs/run-row.ts';
import type { Schema } from '../../schema.ts';
import type { OldRow } from './mend-target.ts';
import { readText, readTime, readWhole } from './read-old-value.ts';

const pageLength = 1000;
const columns = [
  'id',
  'started_at',
  'finished_at',
  'status',
  'total',
  'success',
  'fail',
  'log_file',
  'error',
] as const;

/** Brings every run into its form. Nothing is under way: the older tool is stopped by now. */
export async function mendRuns(db: Kysely<Schema>, nowS: number): Promise<void> {
  for (let afterId = 0; ; ) {
    const rows = await db
      .selectFrom('runs')
      .select(columns)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(pageLength)
      .execute();
    for (const { id, ...row } of rows) {
      const mended = mendRun(row, nowS);
      const isWhole = Object.entries(mended).every(
        ([column, value]) => columnOf(row, column) === value,
      );
      if (isWhole) continue;
      await db.updateTable('runs').set(mended).where('id', '=', id).execute();
    }
    const last = rows.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}

function columnOf(row: object, column: string): unknown {
  return Object.getOwnPropertyDescriptor(row, column)?.value;
}

function mendRun(row: OldRow<Omit<Pick<RunRow, (typeof columns)[number]>, 'id'>>, nowS: number) {
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

function statusOf(value: unknown, finishedAt: number | null): RunStatus {
  if (value === 'running') return 'error';
  const known = runStatuses.find((status) => status === value);
  return known ?? (finishedAt === null ? 'error' : 'completed');
}

function readCount(value: unknown): number {
  return readWhole(value, 0, Number.MAX_SAFE_INTEGER) ?? 0;
}
