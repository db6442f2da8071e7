import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createInProcessBus, createInProcessEvents } from '../src/in-process-bus.ts';
import { createThreadBus, type GatewayBus, shareBus } from '../src/index.ts';
import { describeEventBusContract } from './event-bus-contract.ts';
import { describeSlotsContract } from './slots-contract.ts';
import { describeSumsContract } from './sums-contract.ts';

/** A bus behind one end of a port, and the thread's bus at the other end. */
function overPort(change: (bus: GatewayBus) => GatewayBus = (bus) => bus) {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  const bus = createInProcessBus({ nowMs: Date.now, onFault });
  const { port1, port2 } = new MessageChannel();
  const stop = shareBus(change(bus), port1);
  onTestFinished(async () => {
    stop();
    await bus.close();
  });
  return { bus, stop, faults, far: createThreadBus(port2, onFault) };
}

describe('the event bus of a thread', () => {
  describeEventBusContract(async () => {
    const historyLimit = 5;
    const onFault = () => {};
    const events = createInProcessEvents({ nowMs: Date.now, limit: historyLimit, onFault });
    const { far, faults } = overPort((bus) => ({ ...bus, events }));
    return { events: far.events, faults, historyLimit };
  });
});

describe('the sums of a thread', () => {
  describeSumsContract(() => overPort().far.sums);
});

describe('the slots of a thread', () => {
  describeSlotsContract(() => overPort().far.slots);
});

test('a job is handed over, and its key is not accepted again while it waits', async () => {
  const { bus, far } = overPort();
  const job = { requests: [] };
  expect(await far.proxyRequests.add('batch', job)).toBe(true);
  expect(await far.proxyRequests.add('batch', job)).toBe(false);
  expect(await bus.proxyRequests.depth()).toMatchObject({ waiting: 1 });
  const seen: unknown[] = [];
  bus.proxyRequests.consume(async (taken) => void seen.push(taken), { concurrency: 1 });
  await expect.poll(() => seen).toEqual([job]);
});

test("events of the process reach the thread, and the thread's events reach the process", async () => {
  const { bus, far } = overPort();
  const [near, away]: [unknown[], unknown[]] = [[], []];
  bus.events.subscribe(({ event }) => near.push(event));
  far.events.subscribe(({ event }) => away.push(event));
  const events = [1, 2].map((id) => ({
    type: 'target_updated' as const,
    data: { target_id: id },
  }));
  await bus.events.publish(events[0] ?? never());
  await far.events.publish(events[1] ?? never());
  await expect.poll(() => [near, away]).toEqual([events, events]);
});

test('an error arrives with its own message', async () => {
  const { far } = overPort((bus) => ({
    ...bus,
    proxyRequests: { add: () => Promise.reject(new Error('full up')) },
  }));
  await expect(far.proxyRequests.add('1', { requests: [] })).rejects.toThrow('full up');
});

test('calls are rejected if the other thread has ended', async () => {
  const { far, stop } = overPort((bus) => ({
    ...bus,
    proxyRequests: { add: () => new Promise(() => {}) },
  }));
  const asked = far.proxyRequests.add('1', { requests: [] });
  stop();
  await expect(asked).rejects.toThrow('the other thread has ended');
});

function never(): never {
  throw new Error('unreachable');
}
