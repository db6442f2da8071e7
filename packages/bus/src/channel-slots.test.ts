import { expect, onTestFinished, test } from 'vitest';
import type { SharedSlots } from './bus.ts';
import {
  type BoundedChannel,
  createChannelSlots,
  type NoSlot,
  type Slot,
} from './channel-slots.ts';
import { createInProcessSlots } from './in-process-bus.ts';

const one: BoundedChannel = { id: 1, max_concurrency: 1, min_gap_ms: 0 };
const other: BoundedChannel = { ...one, id: 2 };
const noWait = { waitMs: 0 };
const long = { waitMs: 5_000 };

type Given = Partial<Parameters<typeof createChannelSlots>[0]>;
let processes = 0;

function open(given: Given = {}) {
  processes += 1;
  const made = createChannelSlots({
    slots: createInProcessSlots(() => performance.now()),
    processName: `p${processes}`,
    nowMs: () => performance.now(),
    ...given,
  });
  onTestFinished(() => made.close());
  return made;
}

function slotOf<Channel>(result: Slot<Channel> | NoSlot): Slot<Channel> {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

const away: SharedSlots = {
  take: () => Promise.reject(new Error('away')),
  renew: () => Promise.reject(new Error('away')),
  give: () => Promise.reject(new Error('away')),
};

test('a full channel is passed over for the next one that is free', async () => {
  const slots = open();
  expect(slotOf(await slots.take([one, other], noWait)).channel).toBe(one);
  expect(slotOf(await slots.take([one, other], noWait)).channel).toBe(other);
  expect(await slots.take([one, other], noWait)).toBe('full');
  const unbounded = { ...one, id: 3, max_concurrency: 0 };
  expect(slotOf(await slots.take([one, unbounded], noWait)).channel).toBe(unbounded);
});

test('if all are full, the first that is given back goes to who came first', async () => {
  const slots = open();
  const [first, second] = [
    slotOf(await slots.take([one], noWait)),
    slotOf(await slots.take([other], noWait)),
  ];
  const order: string[] = [];
  const wait = async (name: string) => {
    const slot = slotOf(await slots.take([one, other], long));
    order.push(`${name} ${slot.channel.id}`);
    return slot;
  };
  const waiting = [wait('a'), wait('b'), wait('c')];
  second.give();
  const a = await waiting[0];
  first.give();
  await waiting[1];
  a?.give();
  a?.give();
  await waiting[2];
  expect(order).toEqual(['a 2', 'b 1', 'c 2']);
});

test('who comes later doesn’t overtake those that wait', async () => {
  const slots = open();
  const held = slotOf(await slots.take([one], noWait));
  const waiting = slots.take([one], long);
  await new Promise(setImmediate);
  held.give();
  expect(await slots.take([one], noWait)).toBe('full');
  expect(slotOf(await waiting).channel).toBe(one);
});

test('a wait ends after its time, at its signal, and at once if too many others wait', async () => {
  const slots = open({ waitingLimit: 1 });
  slotOf(await slots.take([one], noWait));
  const leaving = new AbortController();
  const waiting = slots.take([one], { ...long, signal: leaving.signal });
  expect(await slots.take([one], long)).toBe('crowded');
  leaving.abort();
  expect(await waiting).toBe('aborted');
  expect(await slots.take([one], { waitMs: 20 })).toBe('full');
  expect(await slots.take([one], { ...long, signal: leaving.signal })).toBe('aborted');
});

test('a bound holds for all processes, and a waiter notices what another one gives back', async () => {
  const shared = createInProcessSlots(() => performance.now());
  const [here, there] = [open({ slots: shared }), open({ slots: shared })];
  const held = slotOf(await there.take([one], noWait));
  expect(await here.take([one], noWait)).toBe('full');
  const waiting = here.take([one], long);
  held.give();
  expect(slotOf(await waiting).channel).toBe(one);
});

test('the slots of a process that ended without a word are free again, those of others not', async () => {
  const shared = createInProcessSlots(() => performance.now());
  const [here, there] = [
    open({ slots: shared, lifeMs: 300 }),
    open({ slots: shared, lifeMs: 300 }),
  ];
  slotOf(await here.take([one], noWait));
  slotOf(await there.take([other], noWait));
  // It renews nothing any more.
  there.close();
  expect(slotOf(await here.take([one, other], { waitMs: 3_000 })).channel).toBe(other);
});

test('without the shared slots each process keeps to the bounds by itself', async () => {
  const slots = open({ slots: away });
  const held = slotOf(await slots.take([one], noWait));
  expect(await slots.take([one], noWait)).toBe('full');
  held.give();
  slotOf(await slots.take([one], noWait));
  const slow = { id: 3, max_concurrency: 0, min_gap_ms: 200 };
  const startedAtMs = performance.now();
  for (let turn = 0; turn < 3; turn += 1) slotOf(await slots.take([slow], long)).give();
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(395);
});

test('requests to a channel with a gap follow each other in that time', async () => {
  const slots = open();
  const slow = { id: 3, max_concurrency: 0, min_gap_ms: 60 };
  const takenAtMs: number[] = [];
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      slotOf(await slots.take([slow], long));
      takenAtMs.push(performance.now());
    }),
  );
  const gaps = takenAtMs.slice(1).map((at, index) => at - (takenAtMs[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(55);
  expect(Math.max(...gaps)).toBeLessThan(2_000);
});

test('never more are under way than the bound, however they come and go', async () => {
  const slots = open();
  const three = { ...one, max_concurrency: 3 };
  let [running, most, served] = [0, 0, 0];
  await Promise.all(
    Array.from({ length: 60 }, async (_, turn) => {
      const slot = slotOf(await slots.take([three], long));
      running += 1;
      most = Math.max(most, running);
      for (let step = 0; step < turn % 4; step += 1) await new Promise(setImmediate);
      running -= 1;
      served += 1;
      slot.give();
    }),
  );
  expect([most, served]).toEqual([3, 60]);
});
