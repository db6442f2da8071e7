import { expect, test } from 'vitest';
import type { BoardModel } from './board.ts';
import { type BreakerChange, createBreakers } from './breakers.ts';

function setup() {
  const clock = { now: 1000 };
  const changes: BreakerChange[] = [];
  let probes = 0;
  const breakers = createBreakers({
    nowS: () => clock.now,
    onChange: (change) => changes.push(change),
    onFailure: () => {
      probes += 1;
    },
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i += 1) breakers.failed(1, 'm', 'HTTP 500');
  };
  const state = (provedAt = 900) => breakers.state(1, 'm', provedAt);
  return { clock, changes, breakers, fail, state, probes: () => probes };
}

test('the third failure in a row opens it, and each asks for a probe', () => {
  const { fail, state, changes, probes } = setup();
  fail(2);
  expect(state()).toBe('closed');
  fail(1);
  expect(state()).toBe('open');
  expect(probes()).toBe(3);
  expect(changes).toEqual([
    { targetId: 1, model: 'm', isOpen: true, consecutiveFailures: 3, error: 'HTTP 500' },
  ]);
});

test('a success in between starts the count anew', () => {
  const { breakers, fail, state } = setup();
  fail(2);
  breakers.succeeded(1, 'm');
  fail(2);
  expect(state()).toBe('closed');
});

test('after the pause one request may try, and only one at a time', () => {
  const { clock, breakers, fail, state } = setup();
  fail(3);
  clock.now += 15;
  expect(state()).toBe('half_open');
  breakers.begin(1, 'm');
  expect(state()).toBe('open');
  breakers.succeeded(1, 'm');
  expect(state()).toBe('closed');
});

test('a try that fails opens it for another pause', () => {
  const { clock, breakers, fail, state } = setup();
  fail(3);
  clock.now += 15;
  breakers.begin(1, 'm');
  fail(1);
  expect(state()).toBe('open');
  clock.now += 15;
  expect(state()).toBe('half_open');
});

test('a try is always given back: by a client that leaves, or by time', () => {
  const { clock, breakers, fail, state } = setup();
  fail(3);
  clock.now += 15;
  breakers.begin(1, 'm');
  breakers.release(1, 'm');
  expect(state()).toBe('half_open');
  breakers.begin(1, 'm');
  clock.now += 120;
  expect(state()).toBe('half_open');
});

test('a probe that passed after the last failure closes it', () => {
  const { clock, fail, state, changes } = setup();
  fail(3);
  expect(state(clock.now)).toBe('open');
  expect(state(clock.now + 1)).toBe('closed');
  expect(changes.at(-1)).toMatchObject({ isOpen: false });
  expect(state(900)).toBe('closed');
});

test('a channel that was read anew settles its breakers, and takes them along when it goes', () => {
  const { clock, breakers, fail, changes } = setup();
  const read = (isAlive: boolean, provedAt: number) => ({
    models: new Map([['m', { isAlive, provedAt } as BoardModel]]),
  });
  fail(3);
  breakers.settle(1, read(false, clock.now + 1));
  breakers.settle(1, read(true, clock.now - 1));
  breakers.settle(2, null);
  expect(breakers.openCount()).toBe(1);
  breakers.settle(1, read(true, clock.now + 1));
  expect(breakers.openCount()).toBe(0);
  expect(changes.at(-1)).toMatchObject({ isOpen: false });
  fail(3);
  breakers.settle(1, null);
  expect(breakers.openCount()).toBe(0);
});

test('a proof by a clock that is ahead closes nothing: live failures count', () => {
  const { fail, state, breakers } = setup();
  const provedAt = 1000 + 600;
  fail(3);
  expect(state(provedAt)).toBe('open');
  breakers.settle(1, { models: new Map([['m', { isAlive: true, provedAt } as BoardModel]]) });
  expect(state()).toBe('open');
});

test('a clock that is set back keeps no breaker open', () => {
  const { clock, fail, state, breakers } = setup();
  fail(3);
  clock.now = 1000 - 600;
  expect(state(300)).toBe('half_open');
  breakers.begin(1, 'm');
  clock.now -= 600;
  expect(state(300)).toBe('half_open');
});
