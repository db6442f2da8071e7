import { extname } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { type GatewayBus, shareBus } from '@api-monitor/bus';
import { EnvError } from '@api-monitor/runtime';
import type { FromGateway, GatewayThreadData, ToGateway } from './gateway-messages.ts';

export interface GatewayThread {
  /** Where it listens. */
  port: number;
  /** The gateway's metrics in Prometheus' text format; empty where it doesn't answer in time. */
  metrics(): Promise<string>;
  /** Lets clients go, hands over the last records, and ends the thread. */
  close(): Promise<void>;
}

interface Options {
  data: Omit<GatewayThreadData, 'bus'>;
  bus: GatewayBus;
  /** The thread ended though nobody asked it to: no client is served any more. */
  onDeath: (error: Error) => void;
}

const metricsTimeoutMs = 2_000;
/** Beside this file, as source or built. */
const program = new URL(`./gateway-thread${extname(import.meta.url)}`, import.meta.url);

/** Starts the gateway in a thread of its own. Rejects where it can't begin, as for want of its port. */
export async function startGatewayThread(options: Options): Promise<GatewayThread> {
  const { port1, port2 } = new MessageChannel();
  const stopSharing = shareBus(options.bus, port1);
  const worker = new Worker(program, {
    name: 'gateway',
    workerData: { ...options.data, bus: port2 } satisfies GatewayThreadData,
    transferList: [port2],
  });
  const thread = listenTo(worker, options.onDeath);
  worker.once('exit', stopSharing);
  const port = await thread.listening;
  const ask = (message: ToGateway) => worker.postMessage(message);
  return {
    port,
    async metrics() {
      const text = thread.nextMetrics();
      ask('metrics');
      return text;
    },
    async close() {
      const closed = thread.closed();
      ask('close');
      await closed;
    },
  };
}

/** What the thread tells, as promises of it. */
function listenTo(worker: Worker, onDeath: (error: Error) => void) {
  const listening = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  const metricsWaiting: ((text: string) => void)[] = [];
  let isListening = false;
  let isClosing = false;
  const end = (error: Error) => {
    listening.reject(error);
    closed.resolve();
    if (isListening && !isClosing) onDeath(error);
    isClosing = true;
  };
  worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => end(new Error(`the gateway's thread ended with code ${code}`)));
  worker.on('message', (message: FromGateway) => {
    switch (message.told) {
      case 'listening':
        isListening = true;
        listening.resolve(message.port);
        return;
      case 'failed':
        listening.reject(failure(message));
        return;
      case 'metrics':
        for (const take of metricsWaiting.splice(0)) take(message.text);
        return;
      case 'closed':
        closed.resolve();
    }
  });
  return {
    listening: listening.promise,
    closed() {
      isClosing = true;
      return closed.promise;
    },
    nextMetrics: () =>
      new Promise<string>((resolve) => {
        metricsWaiting.push(resolve);
        setTimeout(resolve, metricsTimeoutMs, '').unref();
      }),
  };
}

/** An error loses its class and its code on its way between threads. */
function failure({ sentence, stack }: Extract<FromGateway, { told: 'failed' }>): Error {
  return sentence === null ? new Error(stack) : new EnvError(sentence);
}
