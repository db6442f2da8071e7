import { expect, test } from 'vitest';
import { withRetries } from './with-retries.ts';

const endless = new AbortController().signal;
const fault = (code: string) => Object.assign(new Error(code), { code });

/** Work that fails so many times before it is done. */
function failing(times: number, code: string) {
  let tries = 0;
  const work = async () => {
    tries += 1;
    if (tries <= times) throw fault(code);
    return 'done';
  };
  return { work, tries: () => tries };
}

test.concurrent('a fault that may pass is waited for beyond the first tries', async () => {
  const { work } = failing(5, 'SQLITE_FULL');
  expect(await withRetries(work, () => {}, endless)).toBe('done');
});

test.concurrent('a fault is told when it begins, and once a minute', async () => {
  // Each try takes half a minute.
  const { work, tries } = failing(5, 'SQLITE_FULL');
  const toldAtTry: number[] = [];
  const nowMs = () => tries() * 30_000;
  await withRetries(work, () => toldAtTry.push(tries()), endless, nowMs);
  expect(toldAtTry).toEqual([1, 3, 5]);
});

test.concurrent('any other fault is thrown after four tries', async () => {
  const { work, tries } = failing(9, 'SQLITE_ERROR');
  await expect(withRetries(work, () => {}, endless)).rejects.toThrow('SQLITE_ERROR');
  expect(tries()).toBe(4);
});

test.concurrent('who is cut waits no longer than for the few tries', async () => {
  const { work, tries } = failing(9, 'SQLITE_FULL');
  await expect(withRetries(work, () => {}, AbortSignal.timeout(4_500))).rejects.toThrow();
  expect(tries()).toBeLessThan(7);
});
