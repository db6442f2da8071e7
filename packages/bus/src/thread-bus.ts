import type { MessagePort } from 'node:worker_threads';
import type { ProxyRequestsJob } from '@api-monitor/core';
import type { EventListener, FaultListener, GatewayBus, StoredEvent } from './bus.ts';
import { createListeners } from './listeners.ts';
import { answerCalls, callOver } from './port-calls.ts';

/** What the thread calls. */
const methodsOf = ({ proxyRequests, events, sums, slots }: GatewayBus) => ({
  addProxyRequests: (key: string, job: string) => proxyRequests.add(key, jobOf(job)),
  publish: events.publish,
  since: events.since,
  addToSums: sums.add,
  takeSlot: slots.take,
  renewSlots: slots.renew,
  giveSlot: slots.give,
});

/**
 * As text: copying a batch's objects from thread to thread takes twice as long as writing and reading JSON.
 * The cast's guarantee: `createThreadBus` has written it.
 */
function jobOf(text: string): ProxyRequestsJob {
  return JSON.parse(text) as ProxyRequestsJob;
}

/** What the thread is sent without a call; null: events may have been lost. */
interface Notice {
  event?: StoredEvent | null;
}

/** Lets the thread behind `port` use the bus through `createThreadBus`. Returns a function that ends it. */
export function shareBus(bus: GatewayBus, port: MessagePort): () => void {
  answerCalls(port, methodsOf(bus));
  const send = (event: StoredEvent | null) => port.postMessage({ event } satisfies Notice);
  const stops = [bus.events.subscribe(send), bus.events.onLoss(() => send(null))];
  return () => {
    for (const stop of stops) stop();
    port.close();
  };
}

/** The bus of a thread. The bus itself is in another thread, which has called `shareBus`. */
export function createThreadBus(port: MessagePort, onFault: FaultListener): GatewayBus {
  const call = callOver<ReturnType<typeof methodsOf>>(port);
  const listeners = createListeners<Parameters<EventListener>>(onFault);
  const lossListeners = createListeners(onFault);
  port.on('message', ({ event }: Notice) => {
    if (event) listeners.notify(event);
    if (event === null) lossListeners.notify();
  });
  return {
    proxyRequests: { add: (key, job) => call('addProxyRequests', key, JSON.stringify(job)) },
    events: {
      publish: (event) => call('publish', event).catch((fault) => onFault(fault, 'event')),
      subscribe: listeners.add,
      onLoss: lossListeners.add,
      since: (lastId) => call('since', lastId),
    },
    sums: { add: (additions) => call('addToSums', additions) },
    slots: {
      take: (ask) => call('takeSlot', ask),
      renew: (names, lifeMs) => call('renewSlots', names, lifeMs),
      give: (name) => call('giveSlot', name),
    },
  };
}
