/** When a request arrived, and its id. */
export interface Arrival {
  requestId: string;
  /** Unix seconds. */
  timestamp: number;
  /** By the clock of `performance.now()`. */
  startedAtMs: number;
}

/** How long after the arrival this moment of `performance.now()` was, in seconds. */
export function secondsTo({ startedAtMs }: Arrival, atMs: number): number {
  return Math.round(atMs - startedAtMs) / 1000;
}
