import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { createFailureLimiter, guessLimits, type SharedSums } from '@api-monitor/bus';
import { callerKeyOf } from '@api-monitor/runtime';
import { LRUCache } from 'lru-cache';
import type { GatewayError } from '../dialects/gateway-error.ts';

interface Options {
  sums: SharedSums;
  trustedProxies: BlockList;
  onBlocked: () => void;
  nowS: () => number;
}

/**
 * How many pairs of address and key are remembered: far more than are in use at once, in a few megabytes.
 */
const pairLimit = 10_000;

export type GuessGuard = ReturnType<typeof createGuessGuard>;

/**
 * Blocks an address that sends many unknown keys. Clients that were working keep working while their
 * address is blocked, so that one broken client doesn't lock out the others behind it. Which keys an
 * address has used is known per process, in memory.
 */
export function createGuessGuard({ sums, trustedProxies, onBlocked, nowS }: Options) {
  const limiter = createFailureLimiter({ name: 'bad-keys', limits: guessLimits, sums, now: nowS });
  const usedPairs = new LRUCache<string, true>({ max: pairLimit });
  return {
    /**
     * Whether a request may use this existing key: always, unless its address is blocked and hasn't sent
     * the key before. It must then get the answer of `refuse`, so that a right guess looks like a wrong
     * one.
     */
    admits(request: IncomingMessage, keyHash: string): boolean {
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
        onBlocked();
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
