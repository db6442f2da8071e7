import { recordProxyRequests } from '@api-monitor/db';
import { clientKey, gatewayForTest, masterToken } from '../open-test-gateway.ts';
import type { TestKey } from '../test-key.ts';
import { objectChannel, type Seen } from './object-channel.ts';

export const otherKey = 'sk-proxy-other-0123456789';
export { clientKey, masterToken };

const models = { m: { routes: ['chat', 'responses', 'anthropic', 'gemini'] } } as const;

type Before = Parameters<typeof objectChannel>[1];

/** A gateway on two channels that keep objects; `before` may answer in their place. */
export async function start(
  given: { keys?: TestKey[]; before?: Record<string, Before>; names?: string[] } = {},
) {
  const { names = ['a', 'b'], before = {} } = given;
  const made = await Promise.all(names.map((name) => objectChannel(name, before[name])));
  const channels = Object.fromEntries(
    made.map(({ origin }, at) => [
      names[at] ?? '',
      { origin, models, fields: { sort_order: at + 1 } },
    ]),
  );
  const keys = [{ key: otherKey }, ...(given.keys ?? [])];
  const gateway = await gatewayForTest({ channels, keys });
  const seenAt = (name: string): Seen[] => made[names.indexOf(name)]?.seen ?? [];
  return {
    gateway,
    channels,
    keys,
    seenAt,
    keptAt: (name: string) => made[names.indexOf(name)]?.kept,
    /** Writes the records, as the worker does. */
    settle: async () => {
      const deadline = Date.now() + 3_000;
      const before = gateway.records.length;
      while (gateway.records.length === before && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      await recordProxyRequests(gateway.db, gateway.records);
    },
  };
}
