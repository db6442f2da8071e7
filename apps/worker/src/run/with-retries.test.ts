import { expect, test } from 'vitest';
import { withRetries } from './with-retries.ts';

const endless = new AbortController().signal;
const fault = (code: string) => Object.assign(new Error(code), { code });

/** Work that fails this many times before it succeeds. */
function failing(times: number, code: string) {
  let tries = 0;
  const work = async () => {
    tries += 1;
    if (tries <= times) throw fault(code);
    return 'done';
  };
  return { work, tries: () => tries };
}

test.concurrent('work with an error that may pass is retried after the first tries', async () => {
  const { work } = failing(5, 'SQLITE_FULL');
  expect(await withRetries(work, () => {}, endless)).toBe('done');
});

test.concurrent('an error is reported when it begins, and once a minute', async () => {
  // Each try takes half a minute.
  const { work, tries } = failing(5, 'SQLITE_FULL');
  const reportedAtTry: number[] = [];
  const nowMs = () => tries() * 30_000;
  await withRetries(work, () => reportedAtTry.push(tries()), endless, nowMs);
  expect(reportedAtTry).toEqual([1, 3, 5]);
});

test.concurrent('any other error is thrown after four tries', async () => {
  const { work, tries } = failing(9, 'SQLITE_ERROR');
  await expect(withRetries(work, () => {}, endless)).rejects.toThrow('SQLITE_ERROR');
  expect(tries()).toBe(4);
});

test.concurrent('after being cut off it makes no more than the first tries', async () => {
  const { work, tries } = failing(9, 'SQLITE_FULL');
  await expect(withRetries(work, () => {}, AbortSignal.timeout(4_500))).rejects.toThrow();
  expect(tries()).toBeLessThan(7);
});
