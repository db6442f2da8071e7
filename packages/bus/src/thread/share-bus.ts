import type { MessagePort } from 'node:worker_threads';
import { AppError } from '@api-monitor/core';
import type { GatewayBus } from '../bus.ts';
import type { BusAsk, BusCall, BusTold } from './bus-messages.ts';

/** Lets the thread behind `port` use the bus; returns the way to stop. */
export function shareBus(bus: GatewayBus, port: MessagePort): () => void {
  const tell = (told: BusTold) => port.postMessage(told);
  const answer = async ({ id, asked }: BusAsk) => {
    try {
      tell({ told: 'answer', id, value: await callOn(bus, asked) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell({ told: 'refusal', id, message, isExpected: error instanceof AppError });
    }
  };
  port.on('message', answer);
  const stops = [
    bus.events.subscribe((stored) => tell({ told: 'event', stored })),
    bus.events.onLoss(() => tell({ told: 'loss' })),
  ];
  return () => {
    for (const stop of stops) stop();
    port.close();
  };
}

function callOn(bus: GatewayBus, asked: BusCall): Promise<unknown> {
  switch (asked.call) {
    case 'probe-model':
      return bus.modelProbes.add(asked.key, asked.job);
    case 'keep-requests':
      return bus.proxyRequests.add(asked.key, asked.job);
    case 'publish':
      return bus.events.publish(asked.event);
    case 'since':
      return bus.events.since(asked.lastId);
    case 'add':
      return bus.sums.add(asked.additions);
  }
}
