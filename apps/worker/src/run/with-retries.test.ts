import { expect, test } from 'vitest';
import { withRetries } from './with-retries.ts';

const fault = (code: string) => Object.assign(new Error(code), { code });

/** Work that fails this many times before it succeeds, with a clock that each try and each pause moves. */
function failing(
  times: number,
  code: string,
  { tryMs = 0, cutAtMs = Number.POSITIVE_INFINITY } = {},
) {
  let [tries, atMs] = [0, 0];
  const cut = new AbortController();
  const move = (ms: number) => {
    atMs += ms;
    if (atMs >= cutAtMs) cut.abort();
  };
  const work = async () => {
    tries += 1;
    move(tryMs);
    if (tries <= times) throw fault(code);
    return 'done';
  };
  const pausesMs: number[] = [];
  const pause = async (ms = 0) => {
    pausesMs.push(ms);
    move(ms);
    return null as never;
  };
  const clock = { nowMs: () => atMs, pause };
  const run = (onFault: () => void = () => {}) => withRetries(work, onFault, cut.signal, clock);
  return { run, tries: () => tries, pausesMs };
}

test('work with an error that may pass is retried after the first tries', async () => {
  const { run, pausesMs } = failing(5, 'SQLITE_FULL');
  expect(await run()).toBe('done');
  expect(pausesMs).toEqual([200, 1_000, 3_000, 2_000, 2_000]);
});

test('an error is reported when it begins, and once a minute', async () => {
  const { run, tries } = failing(5, 'SQLITE_FULL', { tryMs: 30_000 });
  const reportedAtTry: number[] = [];
  await run(() => reportedAtTry.push(tries()));
  expect(reportedAtTry).toEqual([1, 3, 5]);
});

test('any other error is thrown after four tries', async () => {
  const { run, tries } = failing(9, 'SQLITE_ERROR');
  await expect(run()).rejects.toThrow('SQLITE_ERROR');
  expect(tries()).toBe(4);
});

test('after half an hour the error is thrown', async () => {
  const { run, tries } = failing(9_999, 'SQLITE_FULL');
  await expect(run()).rejects.toThrow('SQLITE_FULL');
  expect(tries()).toBeGreaterThan(890);
});

test('work that was cut off at once still has the first tries', async () => {
  const { run, tries } = failing(9, 'SQLITE_FULL', { cutAtMs: 0 });
  await expect(run()).rejects.toThrow('SQLITE_FULL');
  expect(tries()).toBe(4);
});

test('after being cut off it makes no more than the first tries', async () => {
  const { run, tries } = failing(9, 'SQLITE_FULL', { cutAtMs: 4_500 });
  await expect(run()).rejects.toThrow('SQLITE_FULL');
  expect(tries()).toBe(5);
});
