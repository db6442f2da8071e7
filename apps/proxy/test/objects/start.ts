import { setTimeout as sleep } from 'node:timers/promises';
import { createInProcessBus } from '@api-monitor/bus';
import type { GivenSettings } from '@api-monitor/core';
import { recordProxyRequests } from '@api-monitor/db';
import { createLogger, createMetricsRegistry } from '@api-monitor/runtime';
import { onTestFinished } from 'vitest';
import { createGateway, type GatewayOptions } from '../../src/create-gateway.ts';
import {
  clientKey,
  gatewayForTest,
  masterToken,
  type TestGateway,
  testOptions,
  testStore,
} from '../open-test-gateway.ts';
import { upstreamForTest } from '../providers.ts';
import type { TestKey } from '../test-key.ts';
import { objectChannel, type Seen } from './object-channel.ts';

export const otherKey = 'sk-proxy-other-0123456789';
export { clientKey, masterToken };

const models = { m: { routes: ['chat', 'responses', 'anthropic', 'gemini'] } } as const;

type Before = Parameters<typeof objectChannel>[1];

/** A gateway on two channels that keep objects; `before` may answer in their place. */
export async function start(
  given: {
    keys?: TestKey[];
    before?: Record<string, Before>;
    names?: string[];
    settings?: GivenSettings;
    options?: Partial<GatewayOptions>;
  } = {},
) {
  const { names = ['a', 'b'], before = {}, settings = {}, options = {} } = given;
  const made = await Promise.all(names.map((name) => objectChannel(name, before[name])));
  const channels = Object.fromEntries(
    made.map(({ origin }, at) => [
      names[at] ?? '',
      { origin, models, fields: { sort_order: at + 1 } },
    ]),
  );
  const keys = [{ key: otherKey }, ...(given.keys ?? [])];
  const gateway = await gatewayForTest({ channels, keys, settings, options });
  const seenAt = (name: string): Seen[] => made[names.indexOf(name)]?.seen ?? [];
  return {
    gateway,
    channels,
    keys,
    seenAt,
    keptAt: (name: string) => made[names.indexOf(name)]?.kept,
    /** Writes the records, as the worker does. */
    settle: async () => {
      await sleep(400);
      await recordProxyRequests(gateway.db, gateway.records);
    },
    /** Another gateway on the same database. */
    again: () => gatewayBeside(gateway, createInProcessBus({ nowMs: Date.now, onFault: () => {} })),
    /** Another one that hears its events too. */
    peer: () => gatewayBeside(gateway, gateway.bus),
  };
}

async function gatewayBeside(
  { db, nowS }: TestGateway,
  bus: TestGateway['bus'],
): Promise<{ origin: string }> {
  const gateway = await createGateway({
    ...{
      ...testOptions,
      store: testStore({ db, nowS }),
      bus,
      nowS,
      metrics: createMetricsRegistry(),
    },
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  onTestFinished(() => gateway.close());
  const origin = await upstreamForTest((request, response) => {
    gateway.handle(request, response);
  });
  return { origin };
}
