import { expect, test } from 'vitest';
import { countValue, type Histogram } from '../../figures/histogram.ts';
import { alertRuleDefaults as rules } from '../alert-rules.ts';
import { findLatency } from './latency.ts';
import { findListedModels } from './listed-models.ts';
import { findErrorRate, findWrongAnswers } from './shares.ts';

function timesOf(count: number, seconds: number): Histogram {
  const histogram: Histogram = {};
  for (let index = 0; index < count; index += 1) countValue(histogram, seconds);
  return histogram;
}

const latency = (recentS: number, wasSlow = false, count = 10) =>
  findLatency({ recent: timesOf(count, recentS), baseline: timesOf(100, 2), wasSlow, rules })
    ?.is_bad;

test('a first token that takes twice the usual is slow, until it takes less than one and a half', () => {
  expect([3, 3.9, 4.3].map((seconds) => latency(seconds))).toEqual([false, false, true]);
  expect([2.8, 3.2, 3.9].map((seconds) => latency(seconds, true))).toEqual([false, true, true]);
});

test('a few requests, or milliseconds, say nothing about latency', () => {
  expect(latency(10, false, 9)).toBeUndefined();
  expect(
    findLatency({ recent: timesOf(10, 9), baseline: timesOf(99, 1), wasSlow: false, rules }),
  ).toBeNull();
  const fast = { recent: timesOf(10, 0.3), baseline: timesOf(100, 0.1), wasSlow: false, rules };
  expect(findLatency(fast)).toMatchObject({ is_bad: false });
  expect(findLatency({ ...fast, recent: timesOf(10, 2) })).toEqual({
    is_bad: true,
    figures: { p95_s: expect.closeTo(2, 1), baseline_s: expect.closeTo(0.1, 2) },
  });
});

test('one slow answer of ten isn’t a slow model, three are', () => {
  const recent = (slow: number) => {
    const times = timesOf(10 - slow, 2);
    for (let index = 0; index < slow; index += 1) countValue(times, 9);
    return times;
  };
  const found = (slow: number) =>
    findLatency({ recent: recent(slow), baseline: timesOf(100, 2), wasSlow: false, rules })?.is_bad;
  expect([1, 2, 3].map(found)).toEqual([false, false, true]);
});

test('what a rule of 0 switches off is well', () => {
  const off = { ...rules, latency_times: 0, error_percent: 0, wrong_percent: 0 };
  const slow = { recent: timesOf(10, 9), baseline: timesOf(100, 1), wasSlow: true, rules: off };
  const counted = { all: 40, bad: 40 };
  const wrong = { recent: counted, baseline: { all: 0, bad: 0 }, wasBad: true, rules: off };
  for (const found of [findLatency(slow), findErrorRate({ ...wrong }), findWrongAnswers(wrong)]) {
    expect(found).toMatchObject({ is_bad: false });
  }
});

test('a quarter of failed requests is too much, until it is less than a tenth', () => {
  const rate = (bad: number, wasBad = false) =>
    findErrorRate({ recent: { all: 40, bad }, wasBad, rules });
  expect([9, 10].map((bad) => rate(bad)?.is_bad)).toEqual([false, true]);
  expect([3, 4].map((bad) => rate(bad, true)?.is_bad)).toEqual([false, true]);
  expect(rate(10)?.figures).toEqual({ share: 0.25, requests: 40 });
});

test('too few requests neither begin nor end an error rate', () => {
  const few = { all: 19, bad: 19 };
  expect(findErrorRate({ recent: few, wasBad: false, rules })?.is_bad).toBe(false);
  expect(findErrorRate({ recent: few, wasBad: true, rules })).toBeNull();
});

test('wrong answers are told if they are many, and more than usual', () => {
  const found = (bad: number, usual: number, wasBad = false) =>
    findWrongAnswers({
      recent: { all: 10, bad },
      baseline: { all: 100, bad: usual },
      wasBad,
      rules,
    })?.is_bad;
  expect(found(1, 0)).toBe(false);
  expect(found(2, 0)).toBe(true);
  expect(found(3, 20)).toBe(false);
  expect(found(4, 20)).toBe(true);
  expect([found(1, 0, true), found(0, 0, true)]).toEqual([true, false]);
  const few = { recent: { all: 4, bad: 4 }, baseline: { all: 0, bad: 0 }, wasBad: false, rules };
  expect(findWrongAnswers(few)).toBeNull();
});

test('new and gone models of a channel are notes', () => {
  const found = findListedModels({
    target_id: 1,
    before: ['a', 'b'],
    after: ['b', 'c', 'c'],
    at: 9,
  });
  expect(found.map(({ subject, at }) => [subject.kind, subject.model, at])).toEqual([
    ['model_new', 'c', 9],
    ['model_gone', 'a', 9],
  ]);
});

test('a first list and an empty one say nothing about single models', () => {
  const rest = { target_id: 1, at: 9 };
  expect(findListedModels({ ...rest, before: null, after: ['a'] })).toEqual([]);
  expect(findListedModels({ ...rest, before: ['a'], after: [] })).toEqual([]);
});
