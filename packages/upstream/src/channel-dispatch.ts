import type { Channel } from '@api-monitor/core';
import type { Dispatcher } from 'undici';
import type { ChannelPool, ChannelPools } from './channel-pools.ts';
import { wasStale } from './was-stale.ts';

/** A request whose answer goes straight to a handler: the gateway's way, with nothing in between. */
export interface DispatchRequest {
  method: 'POST' | 'GET';
  /** Beneath the channel's base URL, with a leading slash. */
  path: string;
  /** Names and values in turn, the channel's key among them. */
  headers: string[];
  body: Buffer | null;
}

export interface ChannelDispatch {
  /** Sends on a kept connection, or on one that nothing has used yet where `isFresh`. */
  send(
    channel: Channel,
    request: DispatchRequest,
    handler: Dispatcher.DispatchHandler,
    isFresh?: boolean,
  ): void;
  /** Whether the request never left: the server had closed the kept connection before. */
  wasStale(channel: Channel, error: Error): boolean;
}

interface Road {
  pool: ChannelPool;
  basePath: string;
}

/** Finds each channel's pool once: a changed channel is another object. */
export function createChannelDispatch(pools: ChannelPools): ChannelDispatch {
  const roads = new WeakMap<Channel, Road>();
  const roadTo = (channel: Channel): Road => {
    const known = roads.get(channel);
    if (known && !known.pool.pool.closed) return known;
    const basePath = new URL(channel.baseUrl).pathname.replace(/\/$/, '');
    const road = { pool: pools.of(channel), basePath };
    roads.set(channel, road);
    return road;
  };
  return {
    send(channel, request, handler, isFresh = false) {
      const { pool, basePath } = roadTo(channel);
      const options = { ...request, path: basePath + request.path };
      if (!isFresh) {
        pool.pool.dispatch(options, handler);
        return;
      }
      const client = pool.freshClient();
      client.dispatch(options, handler);
      // Closes when the one request has ended.
      client.close().catch(() => {});
    },
    wasStale: (channel, error) => wasStale(error, roadTo(channel).pool),
  };
}
