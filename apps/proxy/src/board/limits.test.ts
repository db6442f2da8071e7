import { createInProcessBus } from '@api-monitor/bus';
import { expect, test } from 'vitest';
import { createAffinity } from './affinity.ts';
import type { BoardKey } from './board.ts';
import { createKeyLimits } from './key-limits.ts';

const alone = () => createInProcessBus({ nowMs: Date.now, onFault: () => {} }).sums;

const key: BoardKey = {
  id: 1,
  name: 'k',
  enabled: true,
  expiresAt: null,
  targetIds: null,
  models: null,
  rpm_limit: 2,
  tpm_limit: 100,
};

test('requests beyond the limit wait for the next minute', () => {
  const clock = { now: 6010 };
  const limits = createKeyLimits(() => clock.now, alone());
  expect([limits.take(key), limits.take(key), limits.take(key)]).toEqual([null, null, 50]);
  clock.now = 6060;
  expect(limits.take(key)).toBeNull();
});

test('tokens beyond the limit too, and they are counted after the answer', () => {
  const limits = createKeyLimits(() => 6000, alone());
  expect(limits.take(key)).toBeNull();
  limits.addTokens(key, 100);
  expect(limits.take(key)).toBe(60);
});

test('a limit holds over all gateways, once they have told each other', async () => {
  const sums = alone();
  const [a, b] = [createKeyLimits(() => 6000, sums), createKeyLimits(() => 6000, sums)];
  const shared = { ...key, rpm_limit: 4 };
  expect([a.take(shared), a.take(shared), b.take(shared)]).toEqual([null, null, null]);
  for (const gateway of [a, b, a]) await gateway.share();
  expect([b.take(shared), b.take(shared)]).toEqual([null, 60]);
  for (const gateway of [b, a]) await gateway.share();
  expect(a.take(shared)).toBe(60);
});

test('with the others out of reach a gateway goes by its own count', async () => {
  const limits = createKeyLimits(() => 6000, { add: () => Promise.reject(new Error('away')) });
  expect([limits.take(key), limits.take(key)]).toEqual([null, null]);
  await expect(limits.share()).rejects.toThrow('away');
  expect(limits.take(key)).toBe(60);
});

test('a key without limits and the master token are never held up', () => {
  const limits = createKeyLimits(() => 6000, alone());
  const free = { ...key, rpm_limit: null, tpm_limit: null };
  for (let i = 0; i < 10; i += 1) {
    expect(limits.take(free)).toBeNull();
    expect(limits.take({ ...key, id: null })).toBeNull();
  }
});

test('a conversation stays where it was for an hour, each model by itself', () => {
  const clock = { now: 0 };
  const affinity = createAffinity(() => clock.now);
  affinity.keep('s', 'm', 7);
  expect([affinity.of('s', 'm'), affinity.of('s', 'n'), affinity.of('t', 'm')]).toEqual([
    7,
    null,
    null,
  ]);
  clock.now = 3600;
  expect(affinity.of('s', 'm')).toBeNull();
});

test('a flood of conversations forgets the oldest', () => {
  const affinity = createAffinity(() => 0);
  for (let i = 0; i <= 10_000; i += 1) affinity.keep(`s${i}`, 'm', i);
  expect([affinity.of('s0', 'm'), affinity.of('s1', 'm')]).toEqual([null, 1]);
});
