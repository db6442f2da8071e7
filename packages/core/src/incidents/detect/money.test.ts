import { expect, test } from 'vitest';
import { alertRuleDefaults as rules } from '../alert-rules.ts';
import {
  type ObservedBalance,
  type ObservedLimit,
  observeBalance,
  observeBudget,
} from './money.ts';

const nowS = 1_000_000;

function found(fields: Partial<ObservedBalance>, wasBad = false) {
  const usual = { balance: 50, unit: 'USD', days_left: 20, fall_last_day: 2, fall_usual_day: 2 };
  const observed = { target_id: 1, key: null, ...usual, expires_at: null, ...fields };
  const looks = observeBalance(observed, rules, nowS);
  return looks.flatMap(({ subject: { kind }, judge }) => (judge(wasBad)?.is_bad ? kind : []));
}

test('a balance is low by its amount or by the days that it lasts, until it is clearly more', () => {
  expect(found({})).toEqual([]);
  expect(found({ balance: 1 })).toEqual(['balance']);
  expect(found({ days_left: 2.9 })).toEqual(['balance']);
  expect(found({ days_left: 3.2 })).toEqual([]);
  expect(found({ days_left: 3.2 }, true)).toEqual(['balance']);
  expect(found({ balance: 1.1, days_left: null })).toEqual([]);
  expect(found({ balance: 1.1, days_left: null }, true)).toEqual(['balance']);
});

test('an unknown balance says nothing, and an unlimited one is well', () => {
  const judged = (balance: ObservedBalance['balance']) =>
    observeBalance(
      {
        ...{ target_id: 1, key: null, balance, unit: 'USD', days_left: null },
        ...{ fall_last_day: null, fall_usual_day: null, expires_at: null },
      },
      rules,
      nowS,
    )
      .slice(0, 2)
      .map(({ judge }) => judge(true)?.is_bad ?? null);
  expect(judged(null)).toEqual([null, null]);
  expect(judged('unlimited')).toEqual([false, false]);
});

test('a fall is fast if it is several times the usual, and a part of the balance that matters', () => {
  expect(found({ fall_last_day: 6 })).toEqual([]);
  expect(found({ fall_last_day: 6.1 })).toEqual(['balance_fall']);
  expect(found({ balance: 5000, fall_last_day: 6.1 })).toEqual([]);
  expect(found({ fall_last_day: 6.1, fall_usual_day: 0 })).toEqual([]);
});

test('what ends within a week is told', () => {
  expect(found({ expires_at: nowS + 6 * 86_400 })).toEqual(['expiry']);
  expect(found({ expires_at: nowS + 8 * 86_400 })).toEqual([]);
});

test('a balance that is used up says nothing of days', () => {
  const [low] = observeBalance(
    {
      ...{ target_id: 1, key: null, balance: -0.000_02, unit: 'USD', days_left: 0 },
      ...{ fall_last_day: null, fall_usual_day: null, expires_at: null },
    },
    rules,
    nowS,
  );
  expect(low?.judge(false)?.figures).toEqual({ balance: -0.000_02, unit: 'USD' });
});

test('a key is told at four fifths of its tightest limit, and again when it is refused', () => {
  const limit = (used: number, fields: Partial<ObservedLimit> = {}): ObservedLimit => {
    return {
      measure: 'money',
      period: 'month',
      used,
      limit: 10,
      is_hard: true,
      until: 5,
      ...fields,
    };
  };
  let wasNear = false;
  const told = (...limits: ObservedLimit[]) =>
    observeBudget({ key: 'team', limits, currency: 'EUR' }, rules).flatMap((look) => {
      const judged = look.judge(wasNear);
      return judged?.is_bad ? [[look.subject.kind, judged.figures]] : [];
    });
  expect(told(limit(7.9))).toEqual([]);
  const figures = { spent: 8, limit: 10, unit: 'EUR', period: 'month', until: 5 };
  expect(told(limit(8), limit(1, { period: 'day' }))).toEqual([['spending', figures]]);
  expect(told(limit(12, { is_hard: false })).map(([kind]) => kind)).toEqual(['spending']);
  const requests = limit(10, { measure: 'requests', period: 'day', until: null });
  expect(told(limit(9), requests).map(([kind]) => kind)).toEqual(['budget']);
  wasNear = true;
  expect(told(limit(9), requests)).toEqual([
    ['spending', { spent: 10, limit: 10, unit: 'requests', period: 'day' }],
    ['budget', { spent: 10, limit: 10, unit: 'requests', period: 'day' }],
  ]);
});
