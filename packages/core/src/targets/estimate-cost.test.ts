import { expect, test } from 'vitest';
import { estimateCost, tokensPerQuestion } from './estimate-cost.ts';

const effort = {
  ...{ models: 25, interval_min: 30, tokens_per_question: 20 },
  ...{ probe_requests_per_day: 0, probe_tokens_per_day: 0 },
};

test('each run asks every model once', () => {
  expect(estimateCost(effort)).toEqual({
    ...{ runs_per_day: 48, requests_per_day: 1200, tokens_per_day: 24_000, is_limited: false },
  });
  expect(estimateCost({ ...effort, interval_min: 1440, models: 3 })).toMatchObject({
    ...{ runs_per_day: 1, requests_per_day: 3 },
  });
});

test('a budget bounds requests and tokens together', () => {
  expect(estimateCost({ ...effort, probe_requests_per_day: 300 })).toMatchObject({
    ...{ requests_per_day: 300, tokens_per_day: 6000, is_limited: true },
  });
  expect(estimateCost({ ...effort, probe_tokens_per_day: 1000 })).toMatchObject({
    ...{ requests_per_day: 50, tokens_per_day: 1000 },
  });
  expect(estimateCost({ ...effort, probe_requests_per_day: 1200 }).is_limited).toBe(false);
});

test('an own question costs its length', () => {
  expect(tokensPerQuestion(null)).toBeLessThan(tokensPerQuestion('x'.repeat(400)));
});
