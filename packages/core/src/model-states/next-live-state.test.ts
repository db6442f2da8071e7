import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import {
  type ProxyAttempt,
  type ProxyRequest,
  proxyAttemptSchema,
  proxyRequestSchema,
} from '../gateway/proxy-request.ts';
import {
  evidenceOf,
  hasMovedForRouting,
  type LiveEvidence,
  type LiveState,
  nextLiveState,
} from './next-live-state.ts';

function attempt(fields: Partial<ProxyAttempt> = {}): ProxyAttempt {
  const answered = { target_id: 1, model: 'gpt-4o', status: 200, duration_s: 0.5 };
  return { ...sampleOf(proxyAttemptSchema), ...answered, ...fields };
}

function failedAttempt(fields: Partial<ProxyAttempt>): ProxyAttempt {
  const failure = { status: 503, error: 'HTTP 503: no capacity', error_kind: 'upstream' } as const;
  return attempt({ ...failure, is_live_failure: true, ...fields });
}

function proxyRequest(fields: Partial<ProxyRequest>): ProxyRequest {
  const answered = { timestamp: 500, stream: true, attempts: [attempt()], first_byte_s: 0.25 };
  return { ...sampleOf(proxyRequestSchema), ...answered, ...fields };
}

const calm: LiveState = {
  live_failures: 0,
  live_failed_at: null,
  live_error: null,
  live_first_byte_s: null,
};
const evidence = (fields: Partial<LiveEvidence>): LiveEvidence => ({
  target_id: 1,
  model: 'm',
  at: 100,
  outcome: 'failure',
  error: 'HTTP 503',
  first_byte_s: null,
  ...fields,
});

test('failures count up, and a success ends the count', () => {
  const one = nextLiveState(calm, evidence({ at: 100 }), null);
  const two = nextLiveState(one, evidence({ at: 101, error: 'HTTP 500' }), null);
  expect(two).toEqual({
    live_failures: 2,
    live_failed_at: 101,
    live_error: 'HTTP 500',
    live_first_byte_s: null,
  });
  expect(nextLiveState(two, evidence({ at: 102, outcome: 'success' }), null)).toEqual({
    ...two,
    live_failures: 0,
  });
});

test('a failure from before the last passed probe does not count', () => {
  expect(nextLiveState(calm, evidence({ at: 100 }), 150)).toMatchObject({
    live_failures: 0,
    live_failed_at: 100,
  });
});

test('a success from before the last failure does not reset the count if it is recorded late', () => {
  const failed = nextLiveState(calm, evidence({ at: 100 }), null);
  const late = evidence({ at: 99, outcome: 'success' });
  expect(nextLiveState(failed, late, null).live_failures).toBe(1);
});

test('the first byte is smoothed', () => {
  const answered = (first_byte_s: number | null) => evidence({ outcome: 'success', first_byte_s });
  const first = nextLiveState(calm, answered(1), null);
  const second = nextLiveState(first, answered(2), null);
  expect([first.live_first_byte_s, second.live_first_byte_s]).toEqual([1, 1.3]);
  expect(nextLiveState(second, answered(null), null).live_first_byte_s).toBe(1.3);
});

test('each attempt is separate evidence, at the time when it ended', () => {
  const attempts = [failedAttempt({ target_id: 1 }), attempt({ target_id: 2, duration_s: 2 })];
  expect(evidenceOf(proxyRequest({ timestamp: 500, attempts, first_byte_s: 1.5 }))).toEqual([
    {
      target_id: 1,
      model: 'gpt-4o',
      at: 500.5,
      outcome: 'failure',
      error: 'HTTP 503: no capacity',
      first_byte_s: null,
    },
    // The request's first byte includes the failed attempt, so it isn't the second target's.
    {
      target_id: 2,
      model: 'gpt-4o',
      at: 502.5,
      outcome: 'success',
      error: null,
      first_byte_s: null,
    },
  ]);
});

test.each([
  [
    'bad input of the client',
    attempt({ status: 400, error: 'HTTP 400', error_kind: 'bad_request' }),
  ],
  ['a client that left before an answer', attempt({ status: null })],
  ['a complete stream that reports a mistake of the client', attempt({ is_client_error: true })],
])('%s says nothing about the model', (_, one) => {
  expect(evidenceOf(proxyRequest({ attempts: [one] }))).toEqual([]);
});

test('a record of a gateway that does not report client errors is a success', () => {
  const record = JSON.parse(JSON.stringify(proxyRequest({ attempts: [attempt()] })));
  expect(record.attempts[0]).not.toHaveProperty('is_client_error');
  expect(evidenceOf(proxyRequestSchema.parse(record))).toMatchObject([{ outcome: 'success' }]);
});

test('only a stream shows the time to the first byte', () => {
  const firstByte = (stream: boolean) =>
    evidenceOf(proxyRequest({ stream, first_byte_s: 0.4 }))[0]?.first_byte_s;
  expect([firstByte(true), firstByte(false)]).toEqual([0.4, null]);
});

test('an answer of an endpoint that proves nothing is not evidence', () => {
  for (const one of [attempt(), attempt({ is_live_failure: true, status: 500 })]) {
    expect(evidenceOf(proxyRequest({ route: 'count-tokens', attempts: [one] }))).toEqual([]);
  }
});

test.each([
  [null, null, false],
  [null, 1, true],
  [1, null, true],
  [1, 1.09, false],
  [1, 1.11, true],
  [1, 0.89, true],
])(
  'whether gateways rank again after the first byte moved from %s s to %s s: %s',
  (was, is, expected) => {
    const at = (live_first_byte_s: number | null) => ({ ...calm, live_first_byte_s });
    expect(hasMovedForRouting(at(was), at(is))).toBe(expected);
  },
);
