import { lookup } from 'node:dns';
import type { Channel } from '@api-monitor/core';
import { Client, Pool } from 'undici';
import type { AddressGuard } from './guard-address.ts';
import {
  type BytesReadBefore,
  createGuardedConnector,
  type GuardedConnector,
} from './guarded-connector.ts';
import { shareLookups } from './share-lookups.ts';

/** A channel's connections: a pool that keeps them alive, and single ones for a second try. */
export interface ChannelPool {
  readonly pool: Pool;
  readonly bytesReadBefore: BytesReadBefore;
  /** A connection that nothing has used yet; whoever takes it closes it. */
  freshClient(): Client;
}

export interface ChannelPools {
  /** The channel's pool; a new one where its origin or `verifySsl` changed. */
  of(channel: Channel): ChannelPool;
  forget(channelId: number): void;
  close(): Promise<void>;
}

interface Entry extends ChannelPool {
  readonly key: string;
}

/** Keeps one pool a channel, so that `verifySsl: false` concerns that channel alone. */
export function createChannelPools(guard: AddressGuard): ChannelPools {
  const entries = new Map<number, Entry>();
  const sharedLookup = shareLookups(lookup);

  const forget = (channelId: number) => {
    const entry = entries.get(channelId);
    entries.delete(channelId);
    // Requests under way may end; nothing waits for them.
    entry?.pool.close().catch(() => {});
  };

  return {
    of(channel) {
      const { origin } = new URL(channel.baseUrl);
      const key = `${origin} ${channel.verifySsl}`;
      const current = entries.get(channel.id);
      if (current?.key === key) return current;
      forget(channel.id);
      const entry = createEntry(
        key,
        origin,
        createGuardedConnector(guard, channel.verifySsl, sharedLookup),
      );
      entries.set(channel.id, entry);
      return entry;
    },
    forget,
    async close() {
      const closing = [...entries.values()].map((entry) => entry.pool.destroy());
      entries.clear();
      await Promise.allSettled(closing);
    },
  };
}

function createEntry(
  key: string,
  origin: string,
  { connector, bytesReadBefore }: GuardedConnector,
): Entry {
  // The caller bounds the whole exchange; undici's own timers would only blur the sentence.
  const options = { connect: connector, headersTimeout: 0, bodyTimeout: 0, allowH2: false };
  return {
    key,
    pool: new Pool(origin, options),
    bytesReadBefore,
    freshClient: () => new Client(origin, options),
  };
}
