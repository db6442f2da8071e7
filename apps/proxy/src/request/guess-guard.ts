import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { createFailureLimiter, guessLimits, type SharedSums } from '@api-monitor/bus';
import { callerKeyOf } from '@api-monitor/runtime';
import type { GatewayError } from '../dialects/gateway-error.ts';

interface Options {
  sums: SharedSums;
  trustedProxies: BlockList;
  onBlocked: () => void;
  nowS: () => number;
}

/**
 * Answers requests with an unknown key, and blocks an address that sends many of them. Requests with a
 * key in force never get here, so one broken client doesn't lock out the others behind its address.
 */
export function createGuessGuard({ sums, trustedProxies, onBlocked, nowS }: Options) {
  const limiter = createFailureLimiter({ name: 'bad-keys', limits: guessLimits, sums, now: nowS });
  return (request: IncomingMessage): GatewayError => {
    const address = callerKeyOf(request, trustedProxies);
    const secondsLeft = limiter.blockedForS(address);
    if (secondsLeft > 0) {
      onBlocked();
      return tooManyGuesses(Math.ceil(secondsLeft));
    }
    // Never rejects, and counts here before it asks the other processes.
    void limiter.recordFailure(address);
    return {
      status: 401,
      code: 'invalid_api_key',
      message: 'the key is unknown or was revoked',
    };
  };
}

function tooManyGuesses(retryAfterS: number): GatewayError {
  const minutes = Math.ceil(retryAfterS / 60);
  const message = `too many unknown keys came from this address; try again in ${minutes} min`;
  return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS };
}
