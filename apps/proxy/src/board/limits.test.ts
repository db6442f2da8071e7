import { createInProcessBus, type SharedSums } from '@api-monitor/bus';
import { expect, test } from 'vitest';
import { unlimitedKey } from '../../test/test-board.ts';
import { createAffinity } from './affinity.ts';
import type { BoardKey } from './board.ts';
import { createKeyLimits, type KeyLimits } from './key-limits.ts';

const alone = () => createInProcessBus({ nowMs: Date.now, onFault: () => {} }).sums;

const key: BoardKey = { ...unlimitedKey, rpm_limit: 2, tpm_limit: 100 };

/** null if a request estimated at this many tokens is admitted, else the seconds to wait. */
function take(limits: KeyLimits, asker: BoardKey = key, expected = 0): number | null {
  const admission = limits.take(asker, () => expected);
  return admission.ok ? null : admission.waitS;
}

/** Admits a request that hasn't ended; the test ends it. */
function begin(limits: KeyLimits, expected: number): (tokens: number) => void {
  const admission = limits.take(key, () => expected);
  if (!admission.ok) throw new Error(admission.fault);
  return admission.settle;
}

const faultOf = (limits: KeyLimits, expected: number) => {
  const admission = limits.take({ ...key, rpm_limit: null }, () => expected);
  return admission.ok ? null : admission.fault;
};

test('requests beyond the limit wait for the next minute', () => {
  const clock = { now: 6010 };
  const limits = createKeyLimits(() => clock.now, alone());
  expect([take(limits), take(limits), take(limits)]).toEqual([null, null, 50]);
  clock.now = 6060;
  expect(take(limits)).toBeNull();
});

test('requests also wait once the tokens actually used reach the limit', () => {
  const limits = createKeyLimits(() => 6000, alone());
  begin(limits, 1)(100);
  expect(take(limits)).toBe(60);
});

test('a limit applies to all gateways together once they have shared their counts', async () => {
  const sums = alone();
  const [a, b] = [createKeyLimits(() => 6000, sums), createKeyLimits(() => 6000, sums)];
  const shared = { ...key, rpm_limit: 4 };
  expect([take(a, shared), take(a, shared), take(b, shared)]).toEqual([null, null, null]);
  for (const gateway of [a, b, a]) await gateway.share();
  expect([take(b, shared), take(b, shared)]).toEqual([null, 60]);
  for (const gateway of [b, a]) await gateway.share();
  expect(take(a, shared)).toBe(60);
});

test('a gateway that can’t reach the others uses its own count', async () => {
  const limits = createKeyLimits(() => 6000, { add: () => Promise.reject(new Error('away')) });
  expect([take(limits), take(limits)]).toEqual([null, null]);
  await expect(limits.share()).rejects.toThrow('away');
  expect(take(limits)).toBe(60);
});

test('a key without limits and the master token never wait, and their tokens aren’t estimated', () => {
  const limits = createKeyLimits(() => 6000, alone());
  const free = { ...key, rpm_limit: null, tpm_limit: null };
  const unasked = () => {
    throw new Error('asked');
  };
  for (let i = 0; i < 10; i += 1) {
    expect(limits.take(free, unasked).ok).toBe(true);
    expect(limits.take({ ...key, id: null }, unasked).ok).toBe(true);
  }
  expect(limits.take({ ...key, tpm_limit: null }, unasked).ok).toBe(true);
});

test('a reservation must fit beside those of running requests; a request that runs alone is admitted if anything is left', () => {
  const limits = createKeyLimits(() => 6000, alone());
  const settle = begin(limits, 60);
  expect([faultOf(limits, 41), faultOf(limits, 40)]).toEqual(['under_way', null]);
  settle(99);
  expect(faultOf(limits, 1)).toBe('under_way');
  const next = createKeyLimits(() => 6000, alone());
  begin(next, 5)(99);
  expect(faultOf(next, 5_000)).toBeNull();
});

test('a request settles once, however often it is settled', () => {
  const limits = createKeyLimits(() => 6000, alone());
  const [first, second] = [begin(limits, 40), begin(limits, 40)];
  for (const tokens of [10, 0, 500]) first(tokens);
  expect([faultOf(limits, 51), faultOf(limits, 50)]).toEqual(['under_way', null]);
  second(90);
  expect(faultOf(limits, 0)).toBe('used_up');
});

test('a running request is carried into the next minute, and counts there when it ends', async () => {
  const clock = { now: 6059 };
  const limits = createKeyLimits(() => clock.now, alone());
  const settle = begin(limits, 80);
  clock.now = 6060;
  await limits.share();
  expect(faultOf(limits, 21)).toBe('under_way');
  settle(100);
  expect(faultOf(limits, 0)).toBe('used_up');
  clock.now = 6120;
  expect(faultOf(limits, 100)).toBeNull();
});

test('gateways share reservations and their release; no sum is ever negative', async () => {
  const clock = { now: 6030 };
  const told: number[] = [];
  const shared = alone();
  const sums: SharedSums = {
    async add(additions) {
      const totals = await shared.add(additions);
      told.push(...totals);
      return totals;
    },
  };
  const [a, b] = [createKeyLimits(() => clock.now, sums), createKeyLimits(() => clock.now, sums)];
  const shareAll = async () => {
    for (const gateway of [a, b, a, b]) await gateway.share();
  };
  const settle = begin(a, 80);
  // A gateway learns about the keys that it has seen itself in this minute.
  begin(b, 1)(0);
  await shareAll();
  expect(faultOf(b, 50)).toBe('under_way');
  clock.now = 6060;
  begin(b, 1)(0);
  await shareAll();
  expect(faultOf(b, 50)).toBe('under_way');
  settle(10);
  await shareAll();
  expect(faultOf(b, 90)).toBeNull();
  expect(Math.min(...told)).toBe(0);
});

test('the reservations of a gateway that died block the others until the minute ends', async () => {
  const clock = { now: 6030 };
  const sums = alone();
  const [dead, left] = [
    createKeyLimits(() => clock.now, sums),
    createKeyLimits(() => clock.now, sums),
  ];
  begin(dead, 100);
  begin(left, 1)(0);
  for (const gateway of [dead, left]) await gateway.share();
  expect(faultOf(left, 50)).toBe('under_way');
  clock.now = 6060;
  await left.share();
  expect(faultOf(left, 50)).toBeNull();
});

test('a conversation stays on its target for an hour, separately for each model', () => {
  const clock = { now: 0 };
  const affinity = createAffinity(() => clock.now);
  affinity.keep('s', 'm', { targetId: 7, targetKey: 'k' });
  expect(affinity.of('s', 'm')).toMatchObject({ targetId: 7, targetKey: 'k' });
  expect([affinity.of('s', 'n'), affinity.of('t', 'm')]).toEqual([null, null]);
  clock.now = 3600;
  expect(affinity.of('s', 'm')).toBeNull();
});

test('a flood of conversations forgets the oldest', () => {
  const affinity = createAffinity(() => 0);
  for (let i = 0; i <= 50_000; i += 1)
    affinity.keep(`s${i}`, 'm', { targetId: i, targetKey: undefined });
  expect([affinity.of('s0', 'm'), affinity.of('s1', 'm')?.targetId]).toEqual([null, 1]);
});
