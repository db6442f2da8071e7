import { extname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { answerCalls, callOver, type GatewayBus, shareBus } from '@api-monitor/bus';
import type { GatewayStore } from '@api-monitor/proxy';
import { EnvError } from '@api-monitor/runtime';
import type { GatewayMethods, GatewayThreadData } from './gateway-thread.ts';

export interface GatewayThread {
  /** Where it listens. */
  port: number;
  /** The gateway's metrics in Prometheus' text format; empty if it doesn't answer in time. */
  metrics(): Promise<string>;
  /** Waits for clients, hands over the last records, and ends the thread. */
  close(): Promise<void>;
}

interface Options {
  data: Omit<GatewayThreadData, 'bus' | 'store' | 'calls'>;
  bus: GatewayBus;
  store: GatewayStore;
  /** The thread ended by itself, so no client is served any more. */
  onDeath: (error: unknown) => void;
}

/** Reading the channels of a large installation takes a while on a slow machine. */
const startTimeoutMs = 10 * 60_000;
const metricsTimeoutMs = 2_000;
/** Beside this file, as source or built. */
const program = new URL(`./gateway-thread${extname(import.meta.url)}`, import.meta.url);

/** Starts the gateway in its own thread. Rejects if it can't start, for example because its port is taken. */
export async function startGatewayThread({
  data,
  bus,
  store,
  onDeath,
}: Options): Promise<GatewayThread> {
  const [busChannel, storeChannel] = [new MessageChannel(), new MessageChannel()];
  const callChannel = new MessageChannel();
  const ports = { bus: busChannel.port2, store: storeChannel.port2, calls: callChannel.port2 };
  const stopSharing = shareBus(bus, busChannel.port1);
  answerCalls(storeChannel.port1, store);
  const worker = new Worker(program, {
    name: 'gateway',
    workerData: { ...data, ...ports } satisfies GatewayThreadData,
    transferList: Object.values(ports),
  });
  const call = callOver<GatewayMethods>(callChannel.port1, startTimeoutMs);
  const ended = Promise.withResolvers<never>();
  worker.on('error', ended.reject);
  worker.once('exit', (code) => {
    stopSharing();
    ended.reject(new Error(`the gateway's thread ended with code ${code}`));
  });

  const started = await Promise.race([call('start'), ended.promise]);
  if (!('port' in started)) {
    await worker.terminate();
    // An error would lose its class and its code on the way between threads.
    const { sentence, stack } = started;
    throw sentence === null ? new Error(stack) : new EnvError(sentence);
  }
  let isClosing = false;
  ended.promise.catch((error) => {
    if (!isClosing) onDeath(error);
  });
  return {
    port: started.port,
    metrics: () =>
      Promise.race([call('metrics').catch(() => ''), pause(metricsTimeoutMs, '', { ref: false })]),
    async close() {
      isClosing = true;
      await call('close').catch(() => {});
      // Without its ports the thread has nothing left to do, and ends.
      callChannel.port1.close();
    },
  };
}
