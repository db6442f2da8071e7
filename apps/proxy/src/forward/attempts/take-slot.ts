import type { NoSlot } from '@api-monitor/bus';
import type { BoardTarget } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import type { Choice } from '../../request/resolve-candidates.ts';

/** A choice that may be sent its request now. */
export interface Turn {
  choice: Choice;
  /** Call it when the request has ended. */
  give: () => void;
}

/**
 * How long a request waits if every channel that it may go to has as many requests as it may have. Answers
 * of models take seconds, so a place is likely to become free; and it is over before the first comment
 * (15 s) would send a 200, so that the client still gets a status that it tries again after.
 */
const fullWaitMs = 10_000;
/** What an SDK should wait for another place. */
const fullRetryS = 5;
/** A channel with a gap between two requests is free again at its end. */
const gapRetryS = 1;

interface Waiting {
  /** By then the request should have begun to be answered, by the clock of `performance.now()`. */
  endsAtMs: number;
  signal: AbortSignal;
}

/** The first choice whose channel has a place for a request, after a wait if none has. Never rejects. */
export async function takeTurn(
  { slots }: Pick<GatewayDeps, 'slots'>,
  choices: readonly [Choice, ...Choice[]],
  { endsAtMs, signal }: Waiting,
): Promise<Turn | NoSlot> {
  const targets = [...new Set(choices.map(({ entry }) => entry.target))];
  const waitMs = Math.min(fullWaitMs, endsAtMs - performance.now());
  const slot = await slots.take<BoardTarget>(targets, { waitMs, signal });
  if (typeof slot === 'string') return slot;
  const choice = choices.find(({ entry }) => entry.target === slot.channel) ?? choices[0];
  return { choice, give: slot.give };
}

/** What a client gets if no channel had a place in time. */
export function fullError(
  choices: readonly Choice[],
  why: Exclude<NoSlot, 'aborted'>,
): GatewayError {
  if (why === 'crowded') {
    const message = 'too many requests wait for a place at their channels; try again in a moment';
    return { status: 503, code: 'overloaded', message, retryAfterS: fullRetryS };
  }
  const [first] = choices;
  const isAlone = choices.every(({ entry }) => entry.target === first?.entry.target);
  const who = isAlone
    ? `the channel "${first?.entry.target.name}" has as many requests as it`
    : 'all channels of this model have as many requests as they';
  const isGap = choices.some(({ entry }) => entry.target.max_concurrency === 0);
  const retryAfterS = isGap ? gapRetryS : fullRetryS;
  const message = `${who} may have at a time; try again in ${retryAfterS} s`;
  return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS };
}
