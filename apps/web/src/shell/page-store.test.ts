import { expect, it } from 'vitest';
import { ApiFailure } from '../api/failure.ts';
import { createLanguageStore } from './language-store.ts';
import { createPageStore } from './page-store.ts';

function setUp() {
  const refusals: number[] = [];
  const language = createLanguageStore(
    'en',
    () => {},
    () => {},
  );
  const page = createPageStore({
    language,
    tokenDialog: { refused: ({ status }) => refusals.push(status) },
    nowS: () => 1000,
    reload: () => {},
  });
  const fail = (status: number) =>
    page.attempt(() => Promise.reject(new ApiFailure(status, { detail: 'no such thing' })));
  return { page, fail, refusals };
}

it.each([
  [401, 'locked'],
  [403, 'forbidden'],
  [404, 'missing'],
  [503, 'failed'],
  [0, 'failed'],
])('after a first answer of %i the page is %s', async (status, phase) => {
  const { page, fail, refusals } = setUp();
  expect(await fail(status)).toBeNull();
  expect(page.phase).toBe(phase);
  expect(refusals).toEqual(status === 401 ? [401] : []);
});

it('keeps its content while the server is unreachable, and says how old it is', async () => {
  const { page, fail } = setUp();
  expect(await page.attempt(() => Promise.resolve(7))).toBe(7);
  page.phase = 'ready';
  await fail(0);
  expect([page.phase, page.staleSinceS]).toEqual(['ready', 1000]);
  expect(page.staleText).toContain('The server can’t be reached.');
  await page.attempt(() => Promise.resolve(7));
  expect(page.staleSinceS).toBeNull();
});

it('asks for a token, and keeps its content', async () => {
  const { page, fail, refusals } = setUp();
  page.phase = 'ready';
  await fail(401);
  expect([page.phase, refusals, page.mayWatch]).toEqual(['ready', [401], false]);
  await page.attempt(() => Promise.resolve());
  expect(page.mayWatch).toBe(true);
});

it('is busy while it waits for any answer', async () => {
  const { page } = setUp();
  let answer = () => {};
  const slow = page.attempt(() => new Promise<void>((resolve) => (answer = resolve)));
  await page.attempt(() => Promise.resolve());
  expect(page.isBusy).toBe(true);
  answer();
  await slow;
  expect(page.isBusy).toBe(false);
});

it("a bug isn't reported as a failure of the server", async () => {
  const { page } = setUp();
  const work = () => Promise.reject(new TypeError('a bug'));
  await expect(page.attempt(work)).rejects.toThrow('a bug');
});
