import { expect, it } from 'vitest';
import { sampleProbe } from '../../test/sample-probe.ts';
import { endedSince, withOlder, withRuns } from './viewer-sync.ts';

it('finds all runs that have ended since', () => {
  const before = [
    { id: 3, status: 'running' },
    { id: 2, status: 'running' },
    { id: 1, status: 'completed' },
  ] as const;
  const now = [
    { id: 5, status: 'error' },
    { id: 4, status: 'running' },
    { id: 3, status: 'running' },
    { id: 2, status: 'completed' },
    { id: 1, status: 'completed' },
  ] as const;
  expect(endedSince<(typeof now | typeof before)[number]>(before, now).map(({ id }) => id)).toEqual(
    [5, 2],
  );
});

it('keeps the older runs that were asked for when newer ones come', () => {
  const runs = (...ids: number[]) => ids.map((id) => ({ id }));
  expect(withOlder(runs(9, 8, 7), runs(8, 7, 6, 5))).toEqual(runs(9, 8, 7, 6, 5));
  expect(withOlder(runs(9), [])).toEqual(runs(9));
  expect(withOlder([], runs(3))).toEqual([]);
});

it('inserts their rows in the order of the whole list', () => {
  const row = (run_id: number, id: number) => sampleProbe({ run_id, id });
  const rows = [row(3, 6), row(3, 5), row(1, 2), row(1, 1)];
  const added = [
    [row(4, 7), row(4, 8)],
    [row(2, 3), row(2, 4)],
  ];
  expect(withRuns(rows, added).map(({ id }) => id)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
});
