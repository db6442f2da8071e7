import { type Mask, pick } from '../pick.ts';
import type { ProbeResult } from './probe-row.ts';

// Browsers import this file, so it must not import zod.

/** The fields of a probe that a bar in a model's history shows. */
export const historyFields = {
  success: true,
  duration: true,
  timestamp: true,
  error: true,
  error_kind: true,
  status_code: true,
  first_token_s: true,
} as const satisfies Partial<Mask<keyof ProbeResult>>;

export type HistoryPoint = Pick<ProbeResult, keyof typeof historyFields>;

/** How many of a model's newest points are kept with its latest state. */
export const historyLength = 30;

export function historyPointOf(probe: HistoryPoint): HistoryPoint {
  return pick(probe, historyFields);
}

/** The newest points, oldest first. */
export function appendPoint(history: readonly HistoryPoint[], point: HistoryPoint): HistoryPoint[] {
  return [...history, point].slice(-historyLength);
}
