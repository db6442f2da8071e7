import { expect, test } from 'vitest';
import { createAffinity } from './affinity.ts';
import type { BoardKey } from './board.ts';
import { createKeyLimits } from './key-limits.ts';

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
  const limits = createKeyLimits(() => clock.now);
  expect([limits.take(key), limits.take(key), limits.take(key)]).toEqual([null, null, 50]);
  clock.now = 6060;
  expect(limits.take(key)).toBeNull();
});

test('tokens beyond the limit too, and they are counted after the answer', () => {
  const limits = createKeyLimits(() => 6000);
  expect(limits.take(key)).toBeNull();
  limits.addTokens(key, 100);
  expect(limits.take(key)).toBe(60);
});

test('a key without limits and the master token are never held up', () => {
  const limits = createKeyLimits(() => 6000);
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
