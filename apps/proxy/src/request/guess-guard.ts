import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { createFailureLimiter, guessLimits, type SharedSums } from '@api-monitor/bus';
import { growingTo } from '@api-monitor/core';
import { callerKeyOf } from '@api-monitor/runtime';
import { LRUCache } from 'lru-cache';
import type { BoardKey } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';

interface Options {
  sums: SharedSums;
  trustedProxies: BlockList;
  nowS: () => number;
}

/** How many pairs of address and key are remembered: far more than are in use at once. */
const pairLimit = 10_000;

export type GuessGuard = ReturnType<typeof createGuessGuard>;

/**
 * Blocks an address that sends many unknown keys, so that guessing is slow. A valid key is served whatever
 * its address did, because the clients behind a proxy that isn't named share one address. The exception is
 * a master token that could be guessed: a right guess must then look like a wrong one, so from a blocked
 * address it works only if it has been used from there before. That is known per process, in memory.
 */
export function createGuessGuard({ sums, trustedProxies, nowS }: Options) {
  const limiter = createFailureLimiter({ name: 'bad-keys', limits: guessLimits, sums, now: nowS });
  const usedPairs = new LRUCache<string, true>(growingTo(pairLimit));
  return {
    /** Whether a request may use this existing key; if not, it must get the answer of `refuse`. */
    admits(request: IncomingMessage, keyHash: string, key: Pick<BoardKey, 'isGuessable'>): boolean {
      if (!key.isGuessable) return true;
      const address = callerKeyOf(request, trustedProxies);
      const pair = `${keyHash} ${address}`;
      if (!usedPairs.get(pair) && limiter.blockedForS(address) > 0) return false;
      usedPairs.set(pair, true);
      return true;
    },

    /** The answer to a request without a key that exists; counts as a guess. */
    refuse(request: IncomingMessage): GatewayError {
      const address = callerKeyOf(request, trustedProxies);
      const retryAfterS = Math.ceil(limiter.blockedForS(address));
      if (retryAfterS > 0) {
        const minutes = Math.ceil(retryAfterS / 60);
        const message = `too many unknown keys came from this address; try again in ${minutes} min`;
        return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS };
      }
      // Never rejects, and counts here before it asks the other processes.
      void limiter.recordFailure(address);
      return {
        status: 401,
        code: 'invalid_api_key',
        message: 'the key is unknown or was revoked',
      };
    },
  };
}
