import type {
  BalanceSource,
  Exchange,
  ReadMultiplier,
  Target,
  UpstreamRequest,
  UpstreamTarget,
} from '@api-monitor/core';
import {
  type BalanceResult,
  balanceRequest,
  multiplierRequest,
  nextBalanceStep,
  readMultipliers,
  startBalanceSearch,
} from '@api-monitor/protocols';
import type { Upstream } from '@api-monitor/upstream';
import type { TakeTurn } from '../asking/channel-turns.ts';
import { hideKeys } from '../probe/hide-key.ts';

interface Options {
  upstream: Upstream;
  target: Pick<Target, 'timeout_s'>;
  cut: AbortSignal;
  takeTurn: TakeTurn;
  /** Unix seconds. */
  nowS: number;
}

/** What a poll asks, all keys together, takes no longer than this. */
const patienceMs = 60_000;
const longestRequestMs = 15_000;

export type BalanceAsker = ReturnType<typeof createBalanceAsker>;

/**
 * Asks a channel about its money, one request after the other and within a minute in all. Every request goes
 * to the channel's own origin; the answers have the keys masked. Throws the signal's reason if it aborts.
 */
export function createBalanceAsker({ upstream, target, cut: signal, takeTurn, nowS }: Options) {
  let leftMs = patienceMs;
  /** null: no time is left, or the channel has as many requests as it may have. */
  const send = async (to: UpstreamTarget, request: UpstreamRequest): Promise<Exchange | null> => {
    if (leftMs <= 0) return null;
    const give = await takeTurn();
    signal.throwIfAborted();
    if (!give) return null;
    const timeoutMs = Math.max(1, Math.min(target.timeout_s * 1000, longestRequestMs, leftMs));
    const asked = upstream.exchange(to, request, { timeoutMs: Math.round(timeoutMs), signal });
    const exchange = await asked.finally(give);
    leftMs -= Math.max(1, exchange.durationS * 1000);
    return hideKeys(to).inExchange(exchange);
  };
  /** The same channel without its base URL's path and its own paths, which are those of wire formats. */
  const rootOf = (to: UpstreamTarget): UpstreamTarget => ({
    ...to,
    baseUrl: new URL(to.baseUrl).origin,
    paths: [],
  });

  return {
    hasTime: () => leftMs > 0,
    /** What is left with one key; null if it couldn't be asked now. */
    async balance(
      base: UpstreamTarget,
      known: BalanceSource | null,
    ): Promise<BalanceResult | null> {
      const root = rootOf(base);
      let step = startBalanceSearch({ baseUrl: base.baseUrl, known, nowS });
      while (!step.done) {
        const { request, isAtRoot } = balanceRequest(step.state);
        const exchange = await send(isAtRoot ? root : base, request);
        if (!exchange) return null;
        step = nextBalanceStep(step.state, exchange);
      }
      return step.result;
    },
    /** What the relay says that it charges; null if it doesn't say so now. */
    async multipliers(
      base: UpstreamTarget,
      source: BalanceSource,
    ): Promise<ReadMultiplier[] | null> {
      const asked = multiplierRequest(source);
      if (!asked) return [];
      const exchange = await send(asked.isAtRoot ? rootOf(base) : base, asked.request);
      return exchange && readMultipliers(source, exchange);
    },
  };
}
