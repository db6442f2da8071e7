import { expect, test } from 'vitest';
import { type Candidate, type Ranking, rankCandidates } from './rank-candidates.ts';

const nowS = 100_000;
const candidate = (target_id: number, fields: Partial<Candidate> = {}): Candidate => ({
  target_id,
  target_name: `t${target_id}`,
  model: 'm',
  sort_order: target_id,
  interval_min: 30,
  is_alive: true,
  proved_at: nowS - 60,
  first_byte_s: target_id,
  breaker: 'closed',
  ...fields,
});
const ranking = (fields: Partial<Ranking> = {}): Ranking => ({
  policy: 'latency',
  nowS,
  random: () => 0,
  turn: 0,
  ...fields,
});
const order = (candidates: Candidate[], fields?: Partial<Ranking>) =>
  rankCandidates(candidates, ranking(fields)).map((one) => one.target_id);

test('the fastest comes first, whatever the place on the list', () => {
  expect(order([candidate(3), candidate(1), candidate(2)])).toEqual([1, 2, 3]);
});

test('those about as fast as the fastest share the traffic, the others do not', () => {
  const near = [
    candidate(1, { first_byte_s: 1 }),
    candidate(2, { first_byte_s: 1.2 }),
    candidate(3),
  ];
  expect(order(near, { random: () => 0.6 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.99 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.1 })).toEqual([1, 2, 3]);
});

test('priority keeps the order of the list', () => {
  const slowFirst = [candidate(1, { first_byte_s: 9 }), candidate(2, { first_byte_s: 1 })];
  expect(order(slowFirst, { policy: 'priority' })).toEqual([1, 2]);
});

test('round-robin begins with another at every turn', () => {
  const three = [candidate(1), candidate(2), candidate(3)];
  expect([0, 1, 2, 3].map((turn) => order(three, { policy: 'round-robin', turn })[0])).toEqual([
    1, 2, 3, 1,
  ]);
});

test('a fresh proof goes before a stale one, a stale before none, and a tried breaker last', () => {
  const mixed = [
    candidate(1, { breaker: 'half_open' }),
    candidate(2, { is_alive: null }),
    candidate(3, { proved_at: nowS - 3601 }),
    candidate(4),
  ];
  expect(order(mixed)).toEqual([4, 3, 2, 1]);
});

test('a failed probe and an open breaker are refused, with the reason', () => {
  const ranked = rankCandidates(
    [candidate(1, { is_alive: false }), candidate(2, { breaker: 'open' }), candidate(3)],
    ranking(),
  );
  expect(ranked.map(({ target_id, refused }) => [target_id, refused])).toEqual([
    [3, null],
    [1, 'its latest probe failed'],
    [2, 'its breaker is open after failures of live traffic'],
  ]);
});

test('nobody to choose from is an empty ranking', () => {
  for (const policy of ['latency', 'priority', 'round-robin'] as const) {
    expect(order([], { policy })).toEqual([]);
  }
});
