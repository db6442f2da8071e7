import type { Channel, Exchange, UpstreamRequest } from '@api-monitor/core';

export interface ExchangeOptions {
  /** Bounds the whole exchange, redirects and the retry on a stale connection included. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Called with each decoded piece of a 2xx body as it comes, and the seconds since the start. */
  onText?: (text: string, elapsedS: number) => void;
}

export interface Upstream {
  /** One request to a channel. Never throws for what the channel does; throws if `signal` aborts. */
  exchange(channel: Channel, request: UpstreamRequest, options: ExchangeOptions): Promise<Exchange>;
  /** Forgets a channel's connections, after it changed or was deleted. */
  forget(channelId: number): void;
  close(): Promise<void>;
}

export declare function createUpstream(options: unknown): Upstream;
