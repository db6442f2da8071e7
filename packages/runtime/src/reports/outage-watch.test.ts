import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { createOutageWatch } from './outage-watch.ts';

/** A watch with a clock that the test sets, and what it logged: message, failures, seconds. */
function start() {
  const lines: string[] = [];
  const clock = { nowMs: 5_000 };
  const watch = createOutageWatch({
    logger: createLogger({ name: 'test', level: 'info' }, { write: (line) => lines.push(line) }),
    lost: 'lost',
    back: 'back',
    nowMs: () => clock.nowMs,
  });
  const fail = () => watch(Promise.reject(new Error('away')));
  const work = () => watch(Promise.resolve());
  const logged = () =>
    lines
      .map((line) => JSON.parse(line))
      .map(({ msg, failures, for_s, err }) => [msg, failures, for_s, err?.message]);
  return { clock, fail, work, logged };
}

test('nothing is logged while the work succeeds', async () => {
  const { work, logged } = start();
  await work();
  await work();
  expect(logged()).toEqual([]);
});

test('an outage is logged when it begins, once a minute, and when it is over', async () => {
  const { clock, fail, work, logged } = start();
  for (let second = 0; second <= 130; second += 1) {
    await fail();
    clock.nowMs += 1000;
  }
  await work();
  await work();
  expect(logged()).toEqual([
    ['lost', 1, 0, 'away'],
    ['lost', 61, 60, 'away'],
    ['lost', 121, 120, 'away'],
    ['back', 131, 131, undefined],
  ]);
});

test('the next outage is logged at once, even right after the last one', async () => {
  const { fail, work, logged } = start();
  await fail();
  await work();
  await fail();
  expect(logged().map(([message]) => message)).toEqual(['lost', 'back', 'lost']);
});
