/** How late a record of traffic may come. */
export const latestRecordS = 3600;
/** A model that has failed for longer is dead, and only whole runs ask it. */
export const longDeadS = 86_400;

/** Whether a model that has been failing since then is long dead at a time; null: it isn't failing. */
export function isLongDead(failingSince: number | null, at: number): boolean {
  return failingSince !== null && at - failingSince > longDeadS;
}

/** After this many failures in a row, only a probe may try again. */
export const failuresToFail = 6;

const longestLiveRestS = 30;
/** A channel can't take itself out of service for longer than this by a `Retry-After`. */
const longestRetryAfterS = 600;

/**
 * How long nothing is sent after this many failures in a row: 1 s, doubling up to 30 s while clients may
 * try again, then doubling from 30 s up to the check interval.
 */
export function restS(failures: number, intervalS: number): number {
  if (failures < failuresToFail) return 2 ** (failures - 1);
  const doublings = Math.min(failures - failuresToFail, 20);
  return Math.min(longestLiveRestS * 2 ** doublings, Math.max(longestLiveRestS, intervalS));
}

/** A model that a client was served with within this time is probably still wanted. */
const wantedForS = 3600;
/** The longest rest between single probes of such a model, so that its recovery is noticed soon. */
const longestWantedRestS = 60;

/** How long a model may rest: up to the check interval, or shortly if a client was served this long ago. */
export function longestRestS(intervalS: number, servedAgoS: number): number {
  return servedAgoS < wantedForS ? Math.min(intervalS, longestWantedRestS) : intervalS;
}

/** A channel that is only busy lets others go first for no longer than this. */
const longestBusyS = 60;

/** The end of a channel's rest after it had too many requests this many times in a row. */
export function busyUntil(at: number, times: number, retryAfterS: number | null): number {
  const doubling = 2 ** (Math.min(times, failuresToFail) - 1);
  return at + Math.min(longestBusyS, Math.max(doubling, retryAfterS ?? 0));
}

/** The end of the rest after a failure; the channel's own `Retry-After` may make it longer. */
export function restUntil(
  at: number,
  failures: number,
  { intervalS, retryAfterS }: { intervalS: number; retryAfterS: number | null },
): number {
  const toldS = Math.min(retryAfterS ?? 0, longestRetryAfterS);
  return at + Math.max(restS(failures, intervalS), toldS);
}
