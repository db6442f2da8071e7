import type { MonitorEvent } from '@api-monitor/core';
import { expect, test } from 'vitest';
import type { EventBus, StoredEvent } from '../src/index.ts';

interface Subject {
  events: EventBus;
  /** What listeners threw. */
  faults: unknown[];
  historyLimit: number;
}

const updated = (target_id: number): MonitorEvent => ({
  type: 'target_updated',
  data: { target_id },
});

/** What every driver's event bus must do. */
export function describeEventBusContract(make: () => Promise<Subject>): void {
  test('every listener gets every event, in order, with increasing ids', async () => {
    const { events } = await make();
    const [a, b]: [StoredEvent[], StoredEvent[]] = [[], []];
    events.subscribe((stored) => a.push(stored));
    events.subscribe((stored) => b.push(stored));
    for (const id of [1, 2, 3]) await events.publish(updated(id));
    await expect.poll(() => [a.length, b.length]).toEqual([3, 3]);
    expect(a.map(({ event }) => event)).toEqual([1, 2, 3].map(updated));
    expect(b).toEqual(a);
    expect(new Set(a.map(({ id }) => id)).size).toBe(3);
  });

  test('a listener that was removed gets no more events', async () => {
    const { events } = await make();
    const [left, stayed]: [StoredEvent[], StoredEvent[]] = [[], []];
    const leave = events.subscribe((stored) => left.push(stored));
    events.subscribe((stored) => stayed.push(stored));
    leave();
    await events.publish(updated(1));
    await expect.poll(() => stayed.length).toBe(1);
    expect(left).toEqual([]);
  });

  test('a listener that throws is reported, and the other listeners still get the event', async () => {
    const { events, faults } = await make();
    const seen: StoredEvent[] = [];
    events.subscribe(() => {
      throw new Error('broken');
    });
    events.subscribe((stored) => seen.push(stored));
    await events.publish(updated(1));
    await expect.poll(() => [seen.length, faults.length]).toEqual([1, 1]);
  });

  test('a client that returns with its last id gets the events it missed', async () => {
    const { events } = await make();
    const seen: StoredEvent[] = [];
    events.subscribe((stored) => seen.push(stored));
    for (const id of [1, 2, 3]) await events.publish(updated(id));
    await expect.poll(() => seen.length).toBe(3);
    expect(await events.since(seen[0]?.id ?? '')).toEqual(seen.slice(1));
    expect(await events.since(seen[2]?.id ?? '')).toEqual([]);
  });

  test("an id that is outside the history or isn't an id gives null", async () => {
    const { events, historyLimit } = await make();
    const seen: StoredEvent[] = [];
    events.subscribe((stored) => seen.push(stored));
    // Listening may begin a moment later, when the history may have dropped the first events.
    await events.publish(updated(1));
    await expect.poll(() => seen.length).toBe(1);
    for (let id = 2; id <= historyLimit + 2; id += 1) await events.publish(updated(id));
    await expect.poll(() => seen.length).toBe(historyLimit + 2);
    expect(await events.since(seen[0]?.id ?? '')).toBeNull();
    expect(await events.since(seen[1]?.id ?? '')).toEqual(seen.slice(2));
    for (const id of ['1-0', '9999999999999-0', 'nonsense', '']) {
      expect(await events.since(id), id).toBeNull();
    }
  });
}
