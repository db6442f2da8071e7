import type { UpstreamTarget } from '@api-monitor/core';

/** One of a thing for each channel, for as long as the channel's address stays. */
export interface ByChannel<Thing> {
  /** The channel's own; a new one where its origin or `verifySsl` changed. */
  of(channel: UpstreamTarget): Thing;
  forget(channelId: number): void;
  all(): Thing[];
}

/** `end` is told of each thing that is kept no more: requests under way may use it to their end. */
export function keepByChannel<Thing>(
  make: (origin: URL, channel: UpstreamTarget) => Thing,
  end: (thing: Thing) => void,
): ByChannel<Thing> {
  const entries = new Map<number, { key: string; thing: Thing }>();
  const forget = (channelId: number) => {
    const entry = entries.get(channelId);
    entries.delete(channelId);
    if (entry) end(entry.thing);
  };
  return {
    of(channel) {
      const url = new URL(channel.baseUrl);
      const key = `${url.origin} ${channel.verifySsl}`;
      const current = entries.get(channel.id);
      if (current?.key === key) return current.thing;
      forget(channel.id);
      const thing = make(url, channel);
      entries.set(channel.id, { key, thing });
      return thing;
    },
    forget,
    all: () => [...entries.values()].map(({ thing }) => thing),
  };
}
