import type { MessagePort } from 'node:worker_threads';
import { AppError } from '@api-monitor/core';
import type { FaultListener, GatewayBus } from '../bus.ts';
import type { EventBus, EventListener } from '../event-bus.ts';
import { tellListeners } from '../tell-listeners.ts';
import type { BusAnswers, BusAsk, BusCall, BusTold } from './bus-messages.ts';

const askTimeoutMs = 30_000;
/** The other thread stands still: what it is asked beyond this, it is not asked. */
const askLimit = 10_000;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** The bus of a thread whose process has its own in another thread: `shareBus` stands at the port's other end. */
export function createThreadBus(port: MessagePort, onFault: FaultListener): GatewayBus {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<EventListener>();
  const lossListeners = new Set<() => void>();
  let lastId = 0;

  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    waiting.delete(id);
    clearTimeout(one?.timer);
    return one;
  };
  const ask = <Call extends keyof BusAnswers>(
    asked: Extract<BusCall, { call: Call }>,
  ): Promise<BusAnswers[Call]> =>
    new Promise((settled, reject) => {
      if (waiting.size >= askLimit) throw new AppError('unavailable', 'too much is being asked');
      lastId += 1;
      const id = lastId;
      // The port's other end is our own code: what it answers to a call is of that call's type.
      const resolve = (value: unknown) => settled(value as BusAnswers[Call]);
      const late = () => settle(id)?.reject(new AppError('unavailable', 'no answer in time'));
      waiting.set(id, { resolve, reject, timer: setTimeout(late, askTimeoutMs).unref() });
      port.postMessage({ id, asked } satisfies BusAsk);
    });

  port.on('message', (told: BusTold) => {
    switch (told.told) {
      case 'answer':
        settle(told.id)?.resolve(told.value);
        return;
      case 'refusal':
        settle(told.id)?.reject(refusal(told));
        return;
      case 'event':
        tellListeners(listeners, told.stored, onFault);
        return;
      case 'loss':
        for (const listener of lossListeners) listener();
    }
  });
  port.on('close', () => {
    for (const id of [...waiting.keys()])
      settle(id)?.reject(new AppError('unavailable', 'the bus has gone'));
  });

  const events: EventBus = {
    async publish(event) {
      await ask({ call: 'publish', event }).catch((fault) => onFault(fault, 'event'));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLoss(listener) {
      lossListeners.add(listener);
      return () => lossListeners.delete(listener);
    },
    since: (id) => ask({ call: 'since', lastId: id }),
  };
  return {
    modelProbes: { add: (key, job) => ask({ call: 'probe-model', key, job }) },
    proxyRequests: { add: (key, job) => ask({ call: 'keep-requests', key, job }) },
    events,
    sums: { add: (additions) => ask({ call: 'add', additions }) },
  };
}

function refusal({ message, isExpected }: { message: string; isExpected: boolean }): Error {
  return isExpected ? new AppError('unavailable', message) : new Error(message);
}
