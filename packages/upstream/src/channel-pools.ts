import type { UpstreamTarget } from '@api-monitor/core';
import { Client, Pool } from 'undici';
import type { AddressGuard } from './guard-address.ts';
import { type BytesReadBefore, createGuardedConnector } from './guarded-connector.ts';
import { keepByChannel } from './keep-by-channel.ts';
import type { Lookup } from './share-lookups.ts';

/** A channel's connections for probes: a pool that keeps them alive, and single ones for a second try. */
export interface ChannelPool {
  readonly pool: Pool;
  readonly bytesReadBefore: BytesReadBefore;
  /** A connection that nothing has used yet; whoever takes it closes it. */
  freshClient(): Client;
}

export interface ChannelPools {
  of(channel: UpstreamTarget): ChannelPool;
  forget(channelId: number): void;
  close(): Promise<void>;
}

/** Keeps one pool a channel, so that `verifySsl: false` concerns that channel alone. */
export function createChannelPools(guard: AddressGuard, lookup: Lookup): ChannelPools {
  const pools = keepByChannel(
    ({ origin }, { verifySsl }) => createPool(origin, guard, lookup, verifySsl),
    // Requests under way may end; nothing waits for them.
    ({ pool }) => void pool.close().catch(() => {}),
  );
  return {
    of: pools.of,
    forget: pools.forget,
    async close() {
      await Promise.allSettled(pools.all().map(({ pool }) => pool.destroy()));
    },
  };
}

function createPool(
  origin: string,
  guard: AddressGuard,
  lookup: Lookup,
  verifySsl: boolean,
): ChannelPool {
  const { connector, bytesReadBefore } = createGuardedConnector(guard, verifySsl, lookup);
  // The caller bounds the whole exchange; undici's own timers would only blur the sentence.
  const options = { connect: connector, headersTimeout: 0, bodyTimeout: 0, allowH2: false };
  return {
    pool: new Pool(origin, options),
    bytesReadBefore,
    freshClient: () => new Client(origin, options),
  };
}
