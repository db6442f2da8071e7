import { createInProcessBus, type SharedSums } from '@api-monitor/bus';
import type { BudgetLimit, BudgetUse } from '@api-monitor/core';
import { expect, onTestFinished, test } from 'vitest';
import { unlimitedKey } from '../../test/test-board.ts';
import type { BoardKey } from '../board/board.ts';
import type { Wanted } from './budget-account.ts';
import { createKeyBudgets } from './key-budgets.ts';

const newSums = () => createInProcessBus({ nowMs: () => 0, onFault: () => {} }).sums;
const none: BudgetUse = { cost: 0, requests: 0, tokens: 0 };

const limitOf = (text: string): BudgetLimit => {
  const [limit, unit, period] = text.split(' ') as [
    string,
    BudgetLimit['unit'],
    BudgetLimit['period'],
  ];
  return { limit: Number(limit), unit, period };
};

const keyWith = (limits: readonly string[], zone = 'UTC', revision = 1): BoardKey => ({
  ...unlimitedKey,
  budget: { limits: limits.map(limitOf), zone, revision },
});

interface Setup {
  sums?: SharedSums;
  now?: string;
  /** What the database knows since a time. */
  read?: (sinceS: number) => Partial<BudgetUse>;
}

function gateway({
  sums = newSums(),
  now = '2026-11-28T12:00:00Z',
  read = () => ({}),
}: Setup = {}) {
  const clock = { nowS: Date.parse(now) / 1000 };
  const reads: number[] = [];
  const budgets = createKeyBudgets({
    ...{ nowS: () => clock.nowS, sums, shareAfterMs: 60_000 },
    readUse: async (asks) => {
      reads.push(asks.length);
      return asks.map(({ since_s }) => ({ ...none, ...read(since_s) }));
    },
  });
  onTestFinished(() => budgets.close());
  const take = (key: BoardKey, wanted: Partial<Wanted> = {}) =>
    budgets.take(key, clock.nowS, () => ({
      ...{ tokens: 0, cost: 0.01, isFree: () => false },
      ...wanted,
    }));
  return {
    ...{ budgets, clock, reads, take },
    /** Shares, and hears what others have shared. */
    async hear() {
      budgets.tick();
      await budgets.share();
    },
    /** Begins a request that must be admitted; the test ends it. */
    begin(key: BoardKey, wanted?: Partial<Wanted>) {
      const admission = take(key, wanted);
      if (!admission.ok) throw new Error(JSON.stringify(admission.refusal));
      return (used: Partial<BudgetUse>) => admission.settle({ ...none, requests: 1, ...used });
    },
    refusal(key: BoardKey, wanted?: Partial<Wanted>) {
      const admission = take(key, wanted);
      if (admission.ok) {
        admission.settle(none);
        return null;
      }
      const { fault, of } = admission.refusal;
      return `${fault} ${of.limit} ${of.unit} ${of.period}`;
    },
  };
}

test('money, requests and tokens count each in their own periods, and the latest reset is told', () => {
  const { begin, take, refusal, clock } = gateway();
  const key = keyWith(['1 cost day', '3 requests month', '500 tokens total']);
  begin(key)({ cost: 0.4, tokens: 100 });
  begin(key)({ cost: 0.6, tokens: 100 });
  expect(refusal(key)).toBe('used_up 1 cost day');
  clock.nowS += 12 * 3600;
  begin(key)({ cost: 0.1, tokens: 300 });
  const admission = take(key);
  expect(admission).toMatchObject({
    refusal: { fault: 'used_up', of: { unit: 'tokens' }, resetsAtS: null },
  });
  const inJanuary = Date.parse('2027-01-01T00:00:00Z') / 1000;
  clock.nowS = inJanuary;
  expect(refusal(key)).toBe('used_up 500 tokens total');
  expect(refusal(keyWith(['3 requests month'], 'UTC', 2))).toBeNull();
});

test('a running request reserves what it may cost; one that runs alone needs only something left', () => {
  const { begin, refusal } = gateway();
  const key = keyWith(['1 cost day']);
  const end = begin(key, { cost: 0.7 });
  expect(refusal(key, { cost: 0.31 })).toBe('under_way 1 cost day');
  expect(refusal(key, { cost: 0.3 })).toBeNull();
  end({ cost: 0.99 });
  begin(key, { cost: 50 })({ cost: 0.02 });
  expect(refusal(key, { cost: 0.001 })).toBe('used_up 1 cost day');
});

test('what costs nothing passes when the money is used up, and what has no price or size doesn’t', () => {
  const { begin, refusal } = gateway();
  const key = keyWith(['1 cost day']);
  begin(key)({ cost: 1 });
  expect(refusal(key, { cost: 0, isFree: () => true })).toBeNull();
  expect(refusal(key, { cost: 0 })).toBe('used_up 1 cost day');
  expect(refusal(key, { cost: null })).toBe('used_up 1 cost day');
});

test('requests are never more than their limit, however many begin at once', () => {
  const { take } = gateway();
  const key = keyWith(['3 requests day']);
  const admissions = Array.from({ length: 5 }, () => take(key));
  expect(admissions.map(({ ok }) => ok)).toEqual([true, true, true, false, false]);
  for (const one of admissions) if (one.ok) one.settle(none);
  expect(take(key).ok).toBe(true);
});

test('a request counts on the day on which it arrived', () => {
  const { begin, refusal, clock } = gateway({ now: '2026-11-28T23:59:59Z' });
  const key = keyWith(['1 cost day']);
  const end = begin(key);
  clock.nowS += 1;
  end({ cost: 1 });
  expect(refusal(key)).toBeNull();
});

test('a clock that was ahead for a while and is set back doesn’t end the counting', () => {
  const { begin, refusal, clock } = gateway();
  const key = keyWith(['2 requests day']);
  clock.nowS += 40 * 86_400;
  expect(refusal(key)).toBeNull();
  clock.nowS -= 40 * 86_400;
  for (let times = 0; times < 2; times += 1) begin(key)({});
  expect(refusal(key)).toBe('used_up 2 requests day');
});

test('a day begins at the zone’s midnight, also when its clocks change', () => {
  const { begin, refusal, clock } = gateway({ now: '2026-10-25T21:00:00Z' });
  const key = keyWith(['1 requests day'], 'Europe/Berlin');
  begin(key)({});
  // The day has 25 hours.
  clock.nowS = Date.parse('2026-10-25T22:59:59Z') / 1000;
  expect(refusal(key)).toBe('used_up 1 requests day');
  clock.nowS += 1;
  expect(refusal(key)).toBeNull();
});

test('a gateway that starts counts on from the database', async () => {
  const dayS = Date.parse('2026-11-28T00:00:00Z') / 1000;
  const { budgets, begin, refusal } = gateway({
    read: (sinceS) => (sinceS === dayS ? { cost: 0.8 } : { cost: 80 }),
  });
  const key = keyWith(['1 cost day', '100 cost month']);
  await budgets.follow([key]);
  expect(budgets.readings(key)).toMatchObject([{ used: 0.8 }, { used: 80 }]);
  begin(key)({ cost: 0.2 });
  expect(refusal(key)).toBe('used_up 1 cost day');
});

test('what the database knows already isn’t counted twice', async () => {
  let stored = 0;
  const { budgets, begin, clock } = gateway({ read: () => ({ cost: stored }) });
  const key = keyWith(['10 cost day']);
  await budgets.follow([key]);
  begin(key)({ cost: 1 });
  stored = 1;
  clock.nowS += 6;
  budgets.tick();
  await budgets.follow([key]);
  await budgets.share();
  expect(budgets.readings(key)).toMatchObject([{ used: 1 }]);
  // Another process has written more.
  stored = 3;
  await budgets.follow([{ ...key, budget: keyWith(['10 cost day'], 'UTC', 2).budget }]);
  expect(
    budgets.readings({ ...key, budget: keyWith(['10 cost day'], 'UTC', 2).budget }),
  ).toMatchObject([{ used: 3 }]);
});

test('gateways share what they count and reserve', async () => {
  const sums = newSums();
  const [a, b] = [gateway({ sums }), gateway({ sums })];
  const key = keyWith(['1 cost day', '100 requests day']);
  const end = a.begin(key, { cost: 0.5 });
  b.begin(key)({ cost: 0.25 });
  for (const one of [a, b, a]) await one.hear();
  expect(b.refusal(key, { cost: 0.3 })).toBe('under_way 1 cost day');
  end({ cost: 0.75 });
  for (const one of [a, b]) await one.hear();
  expect([a.refusal(key), b.refusal(key)]).toEqual(Array(2).fill('used_up 1 cost day'));
  expect(b.budgets.readings(key)).toMatchObject([{ used: 1 }, { used: 2 }]);
});

test('near the end of a budget that others use too, what they count is heard before each request', async () => {
  const sums = newSums();
  const [a, b] = [gateway({ sums }), gateway({ sums })];
  const key = keyWith(['1 cost day']);
  a.begin(key)({ cost: 0.5 });
  // As long as nobody else uses it, nobody is asked.
  expect(a.budgets.beforeTake(key)).toBeNull();
  b.begin(key)({ cost: 0.1 });
  for (const one of [b, a]) await one.hear();
  b.begin(key)({ cost: 0.4 });
  await b.budgets.share();
  await a.budgets.beforeTake(key);
  expect(a.refusal(key)).toBe('used_up 1 cost day');
  const large = keyWith(['100 cost day'], 'UTC', 2);
  a.begin(large)({ cost: 0.1 });
  expect(a.budgets.beforeTake(large)).toBeNull();
});

test('sums that were forgotten are raised again to what each gateway knew, once', async () => {
  let sums = newSums();
  const shared: SharedSums = { add: (additions) => sums.add(additions) };
  const [a, b] = [gateway({ sums: shared }), gateway({ sums: shared })];
  const key = keyWith(['10 cost day']);
  a.begin(key)({ cost: 2 });
  b.begin(key)({ cost: 3 });
  for (const one of [a, b, a]) {
    one.begin(key)({});
    await one.budgets.share();
  }
  sums = newSums();
  a.begin(key)({ cost: 1 });
  b.begin(key)({ cost: 1 });
  for (const one of [a, b]) await one.budgets.share();
  // One that rests restores them too.
  sums = newSums();
  for (const { clock, budgets } of [a, b]) {
    clock.nowS += 100;
    budgets.tick();
    await budgets.share();
  }
  const late = gateway({ sums: shared });
  late.begin(key)({});
  await late.budgets.share();
  expect(late.budgets.readings(key)).toMatchObject([{ used: expect.closeTo(7, 5) }]);
});

test('while the sums are away each gateway counts alone, and shares the rest later', async () => {
  const sums = newSums();
  let isAway = true;
  const shaky: SharedSums = {
    add: (additions) => (isAway ? Promise.reject(new Error('away')) : sums.add(additions)),
  };
  const { budgets, begin, refusal } = gateway({ sums: shaky });
  const key = keyWith(['1 cost day']);
  begin(key)({ cost: 1 });
  await expect(budgets.share()).rejects.toThrow('away');
  expect(refusal(key)).toBe('used_up 1 cost day');
  isAway = false;
  await budgets.share();
  const other = gateway({ sums });
  other.begin(key)({});
  await other.budgets.share();
  expect(other.refusal(key)).toBe('used_up 1 cost day');
});

test('a raised limit holds at once, with what was used and what is running', async () => {
  const { budgets, begin, refusal } = gateway({ read: () => ({ cost: 0.9 }) });
  await budgets.follow([keyWith(['1 cost day'])]);
  const end = begin(keyWith(['1 cost day']), { cost: 0.5 });
  const raised = keyWith(['2 cost day'], 'UTC', 2);
  await budgets.follow([raised]);
  expect(refusal(raised, { cost: 0.7 })).toBe('under_way 2 cost day');
  end({ cost: 1.1 });
  expect(refusal(raised)).toBe('used_up 2 cost day');
  // A key without budgets is forgotten.
  await budgets.follow([unlimitedKey]);
  expect(budgets.readings(unlimitedKey)).toEqual([]);
});

test('a key without budgets costs nothing and is never estimated', () => {
  const { budgets, clock } = gateway();
  const unasked = () => {
    throw new Error('asked');
  };
  for (const key of [unlimitedKey, { ...unlimitedKey, id: null }, keyWith(['9 requests day'])]) {
    expect(budgets.take(key, clock.nowS, unasked).ok).toBe(true);
  }
});
