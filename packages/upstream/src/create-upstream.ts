import { lookup } from 'node:dns';
import type { AnswerProgress, Exchange, UpstreamRequest, UpstreamTarget } from '@api-monitor/core';
import type { Dispatcher } from 'undici';
import { type ChannelDispatch, createChannelDispatch } from './channel-dispatch.ts';
import { type ChannelPool, createChannelPools } from './channel-pools.ts';
import { describeFault } from './describe-fault.ts';
import { type AllowPrivate, createAddressGuard } from './guard-address.ts';
import { readBody } from './read-body.ts';
import { redirectLimit, redirectPath } from './redirect-path.ts';
import { requestHeaders } from './request-headers.ts';
import { shareLookups } from './share-lookups.ts';
import { wasStale } from './was-stale.ts';

export interface UpstreamOptions {
  allowPrivate: AllowPrivate;
  /** The entry of `Via` that signs everything sent from here, so that a loop is recognised. */
  via: string;
}

export interface ExchangeOptions {
  /** Bounds the whole exchange, redirects and the retry on a stale connection included. */
  timeoutMs: number;
  signal?: AbortSignal;
  /**
   * Called with each decoded piece of a 2xx body as it comes, and the seconds since the start; tells
   * how far the answer has come. One that said its last word is whole, though the connection stay open.
   */
  onText?: (text: string, elapsedS: number) => AnswerProgress;
}

export interface Upstream {
  /** One request to a channel. Never throws for what the channel does; throws if `signal` aborts. */
  exchange(
    channel: UpstreamTarget,
    request: UpstreamRequest,
    options: ExchangeOptions,
  ): Promise<Exchange>;
  /** The gateway's way: the answer goes to a handler as it comes. */
  dispatch: ChannelDispatch;
  /** Forgets a channel's connections, after it changed or was deleted. */
  forget(channelId: number): void;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Makes the one road to channels; whoever makes it closes it. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const guard = createAddressGuard(options.allowPrivate);
  const sharedLookup = shareLookups(lookup);
  const pools = createChannelPools(guard, sharedLookup);
  const dispatch = createChannelDispatch(guard, sharedLookup, options.via);
  return {
    async exchange(channel, request, exchangeOptions) {
      const startedAtMs = performance.now();
      const elapsedS = () => (performance.now() - startedAtMs) / 1000;
      const deadline = AbortSignal.timeout(exchangeOptions.timeoutMs);
      const caller = exchangeOptions.signal;
      const signal = caller ? AbortSignal.any([deadline, caller]) : deadline;
      try {
        const { via } = options;
        const context = { channel, request, via, pool: pools.of(channel), signal, elapsedS };
        return await follow({ ...context, onText: exchangeOptions.onText });
      } catch (error) {
        caller?.throwIfAborted();
        const durationS = elapsedS();
        if (deadline.aborted) return timedOut(exchangeOptions.timeoutMs, durationS);
        return { answered: false, ...describeFault(error), durationS };
      }
    },
    dispatch,
    forget(channelId) {
      pools.forget(channelId);
      dispatch.forget(channelId);
    },
    async close() {
      dispatch.close();
      await pools.close();
    },
  };
}

interface Attempt {
  channel: UpstreamTarget;
  request: UpstreamRequest;
  via: string;
  pool: ChannelPool;
  signal: AbortSignal;
  elapsedS: () => number;
  onText: ExchangeOptions['onText'] | undefined;
}

async function follow(attempt: Attempt): Promise<Exchange> {
  const base = new URL(attempt.channel.baseUrl);
  let path = base.pathname.replace(/\/$/, '') + attempt.request.path;
  for (let redirects = 0; ; redirects += 1) {
    const response = await sendOrResend(attempt, path);
    const next = redirectPath(response.statusCode, response.headers.location, {
      origin: base.origin,
      path,
      method: attempt.request.method,
    });
    if (next === null || redirects === redirectLimit) return readAnswer(attempt, response);
    await response.body.dump();
    path = next;
  }
}

async function sendOrResend(attempt: Attempt, path: string): Promise<Dispatcher.ResponseData> {
  try {
    return await send(attempt, attempt.pool.pool, path);
  } catch (error) {
    if (attempt.signal.aborted || !wasStale(error, attempt.pool)) throw error;
    const client = attempt.pool.freshClient();
    const response = await send(attempt, client, path).catch(async (second) => {
      await client.destroy();
      throw second;
    });
    response.body.once('close', () => client.destroy().catch(() => {}));
    return response;
  }
}

function send(attempt: Attempt, dispatcher: Dispatcher, path: string) {
  const { channel, request, via, signal } = attempt;
  return dispatcher.request({
    method: request.method,
    path,
    headers: requestHeaders(channel, request, via),
    body: request.body,
    signal,
  });
}

async function readAnswer(attempt: Attempt, response: Dispatcher.ResponseData): Promise<Exchange> {
  const firstByteS = attempt.elapsedS();
  const headers = joined(response.headers);
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
  const onText = isSuccess ? attempt.onText : undefined;
  let lastTextS = firstByteS;
  const take = (text: string) => {
    lastTextS = attempt.elapsedS();
    return onText?.(text, lastTextS) ?? 'under_way';
  };
  const read = await readBody(response.body, headers['content-encoding'], take);
  const { body, cut, wasHeldOpen } = read;
  const durationS = wasHeldOpen ? lastTextS : attempt.elapsedS();
  return { answered: true, status: response.statusCode, headers, body, cut, firstByteS, durationS };
}

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function timedOut(timeoutMs: number, durationS: number): Exchange {
  const message = `timed out after ${timeoutMs / 1000} s`;
  return { answered: false, kind: 'timeout', message, durationS };
}
