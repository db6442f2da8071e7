import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { createFailureLimiter, guessLimits, type SharedSums } from '@api-monitor/bus';
import { callerKeyOf } from '@api-monitor/runtime';
import type { BoardKey } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';

interface Options {
  sums: SharedSums;
  trustedProxies: BlockList;
  nowS: () => number;
}

export type GuessGuard = ReturnType<typeof createGuessGuard>;

/**
 * Blocks an address that sends many unknown keys, so that guessing is slow. A valid key is served whatever
 * its address did, because the clients behind a proxy that isn't named share one address. The exception is
 * a master token that could be guessed: a right guess must then look like a wrong one, so it doesn't work
 * from a blocked address.
 */
export function createGuessGuard({ sums, trustedProxies, nowS }: Options) {
  const limiter = createFailureLimiter({ name: 'bad-keys', limits: guessLimits, sums, now: nowS });
  const isBlocked = (address: string) => limiter.blockedForS(address) > 0;
  const count = (address: string, guesses: number) => {
    // Never rejects, and counts here before it asks the other processes.
    for (let n = 0; n < guesses; n += 1) void limiter.recordFailure(address);
  };
  return {
    /** Whether a request may use this existing key; if not, the key must look like an unknown one. */
    admits(request: IncomingMessage, key: Pick<BoardKey, 'isGuessable'>): boolean {
      return !key.isGuessable || !isBlocked(callerKeyOf(request, trustedProxies));
    },

    /** Counts the unknown keys that a request carried beside a known one. */
    note(request: IncomingMessage, unknownKeys: number): void {
      if (unknownKeys === 0) return;
      const address = callerKeyOf(request, trustedProxies);
      if (!isBlocked(address)) count(address, unknownKeys);
    },

    /** The answer to a request without a key that exists; counts its unknown keys. */
    refuse(request: IncomingMessage, unknownKeys: number): GatewayError {
      const address = callerKeyOf(request, trustedProxies);
      const retryAfterS = Math.ceil(limiter.blockedForS(address));
      if (retryAfterS > 0) {
        const minutes = Math.ceil(retryAfterS / 60);
        const message = `too many unknown keys came from this address; try again in ${minutes} min`;
        return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS };
      }
      count(address, unknownKeys);
      return {
        status: 401,
        code: 'invalid_api_key',
        message: 'the key is unknown or was revoked',
      };
    },
  };
}
