import { fieldKindsOf, type Run, runShape } from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';

/** A stored run. */
export interface RunRow extends Run {
  /** When its worker last reported that it is alive; null in runs of the older tool. */
  heartbeat_at: number | null;
}

export const runCodec = createCodec<Run>(fieldKindsOf(runShape));
export const runColumns = [...runCodec.columns, 'heartbeat_at'] as const;
