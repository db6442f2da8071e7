import { setTimeout as pause } from 'node:timers/promises';
import { addressOf, compose, containersOf, docker, killWithin } from './docker.ts';
import type { Stack } from './stack.ts';

/** A fault or a restart of the stack while clients and probes continue. */
export interface Scenario {
  name: string;
  /** 20 by default. */
  streams?: number;
  /** How long a probe takes. */
  probeMs?: number;
  /** Whether clocks differ, so that only the provider can tell whether runs overlap. */
  areTimesSkewed?: boolean;
  /** Resolves when the fault is over. */
  act: (stack: Stack) => Promise<ActResult | undefined>;
}

export interface ActResult {
  /** Shown in the report. */
  note?: string;
  killed?: Killed;
}

/** What may be lost with a killed gateway. */
interface Killed {
  /** Unix ms. */
  atMs: number;
  streams: number;
  /** Answers whose records it may not have handed over. */
  answeredLast: number;
}

const outageMs = 60_000;

export const scenarios: readonly Scenario[] = [
  {
    name: 'nothing',
    act: async () => void (await pause(20_000)),
  },
  {
    name: 'kill-worker',
    // Long enough that the worker dies during runs.
    probeMs: 5_000,
    async act() {
      const [worker = ''] = await containersOf('worker');
      await killWithin(worker);
      // It may take this long until the interrupted runs are found.
      await pause(outageMs);
      return undefined;
    },
  },
  {
    name: 'kill-proxy',
    streams: 200,
    async act(stack) {
      const [proxy = ''] = await containersOf('proxy');
      await pause(8_000);
      const address = await addressOf(proxy);
      await killWithin(proxy);
      // Until the provider has seen the last of its connections break.
      await pause(2_000);
      const { gateways } = await stack.providerCounts();
      const seen = gateways[address];
      if (!seen) throw new Error('the gateway was killed without a stream in it');
      const { atMs, streamsCut: streams, answeredLast } = seen;
      return {
        note: `it held ${streams} streams, and had answered ${answeredLast} in its last second`,
        killed: { atMs, streams, answeredLast },
      };
    },
  },
  {
    name: 'stop-redis',
    async act() {
      await compose('stop', '-t', '2', 'redis');
      await pause(outageMs);
      await compose('start', 'redis');
      return undefined;
    },
  },
  {
    name: 'pause-redis',
    async act() {
      await compose('pause', 'redis');
      await pause(outageMs);
      await compose('unpause', 'redis');
      return undefined;
    },
  },
  {
    name: 'flush-redis',
    act: async () => void (await compose('exec', '-T', 'redis', 'redis-cli', 'flushall')),
  },
  {
    name: 'restart-api',
    act: async () => void (await compose('restart', 'api')),
  },
  {
    name: 'fill-disk',
    async act() {
      const [api = ''] = await containersOf('api');
      const fill = 'dd if=/dev/zero of=/data/fill bs=64k 2>&1; true';
      await docker('exec', api, 'sh', '-c', fill);
      await pause(30_000);
      await docker('exec', api, 'rm', '/data/fill');
      return { note: 'full for 30 s' };
    },
  },
  {
    name: 'skew-clock',
    areTimesSkewed: true,
    async act() {
      await compose('--profile', 'ahead', 'up', '-d', '--build', '--no-deps', 'worker-ahead');
      await pause(outageMs);
      await compose('--profile', 'ahead', 'stop', 'worker-ahead');
      return { note: 'a third worker whose Node clock is 10 min ahead' };
    },
  },
  {
    name: 'rolling-restart',
    async act() {
      for (const service of ['worker', 'api', 'proxy']) {
        for (const container of await containersOf(service)) {
          await docker('restart', '-t', '140', container);
          await healthy(container);
        }
      }
      return { note: 'worker, api, proxy, one container after the other' };
    },
  },
];

async function healthy(container: string): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    const state = await docker('inspect', '-f', '{{.State.Health.Status}}', container);
    if (state === 'healthy') return;
    await pause(250);
  }
  throw new Error(`${container} is not healthy`);
}
