import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SharedSlots } from '../src/index.ts';

/** What every driver's shared slots must do. `make` returns new ones, of which none is taken. */
export function describeSlotsContract(make: () => SharedSlots): void {
  const bounds = { key: 'a', limit: 2, gapMs: 0, lifeMs: 60_000 };
  const taken = { isTaken: true };
  const full = { isTaken: false, waitMs: null };

  test('no more slots are taken than the limit says, and one that is given back is free', async () => {
    const slots = make();
    const take = (slot: string, key = 'a') => slots.take({ ...bounds, key, slot });
    expect(await Promise.all([take('1'), take('2'), take('3')])).toEqual([taken, taken, full]);
    expect(await take('1', 'b')).toEqual(taken);
    await slots.give({ key: 'a', slot: '1' });
    await slots.give({ key: 'a', slot: 'unknown' });
    expect([await take('4'), await take('5')]).toEqual([taken, full]);
  });

  test('a limit of 0 is none', async () => {
    const slots = make();
    for (let slot = 0; slot < 5; slot += 1) {
      expect(await slots.take({ ...bounds, limit: 0, slot: String(slot) })).toEqual(taken);
    }
  });

  test('a slot that nobody renews is free again after its life', async () => {
    const slots = make();
    const one = { ...bounds, limit: 1, lifeMs: 400 };
    expect(await slots.take({ ...one, slot: 'of a dead process' })).toEqual(taken);
    expect(await slots.take({ ...one, slot: 'next' })).toEqual(full);
    await expect.poll(() => slots.take({ ...one, slot: 'next' }), { interval: 50 }).toEqual(taken);
  });

  test('a slot that is renewed stays taken, also if it was forgotten', async () => {
    const slots = make();
    const one = { ...bounds, limit: 1, lifeMs: 600 };
    await slots.take({ ...one, slot: 'kept' });
    for (let round = 0; round < 4; round += 1) {
      await slots.renew([{ key: 'a', slot: 'kept' }], 600);
      await pause(250);
    }
    expect(await slots.take({ ...one, slot: 'next' })).toEqual(full);
    await slots.renew([{ key: 'b', slot: 'known to its holder only' }], 600);
    expect(await slots.take({ ...one, key: 'b', slot: 'next' })).toEqual(full);
  });

  test('from one to the next there is a gap, whose rest is said', async () => {
    const slots = make();
    const gap = { ...bounds, limit: 0, gapMs: 300 };
    expect(await slots.take({ ...gap, slot: '1' })).toEqual(taken);
    const refused = await slots.take({ ...gap, slot: '2' });
    expect(refused).toEqual({ isTaken: false, waitMs: expect.any(Number) });
    const waitMs = refused.isTaken ? null : refused.waitMs;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(300);
    await pause((waitMs ?? 0) + 5);
    expect(await slots.take({ ...gap, slot: '3' })).toEqual(taken);
  });

  test('a refusal for the limit leaves the gap alone', async () => {
    const slots = make();
    const both = { ...bounds, limit: 1, gapMs: 60_000 };
    await slots.take({ ...both, gapMs: 0, slot: '1' });
    expect(await slots.take({ ...both, slot: '2' })).toEqual(full);
    await slots.give({ key: 'a', slot: '1' });
    await pause(20);
    expect(await slots.take({ ...both, gapMs: 10, slot: '3' })).toEqual(taken);
  });
}
