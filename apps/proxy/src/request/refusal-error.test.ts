import type { Evidence } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { boardOf, entry, type GivenTarget, unlimitedKey as key } from '../../test/test-board.ts';
import { createAffinity } from '../board/affinity.ts';
import type { BoardKey } from '../board/board.ts';
import { createResolver } from './resolve-candidates.ts';

const nowS = 100_000;

/** What a request for `m` on chat is answered; null if it may go somewhere. */
function refusalOf(targets: readonly GivenTarget[], given: Partial<BoardKey> = {}) {
  const resolve = createResolver({
    board: boardOf(...targets),
    live: { of: (offer) => offer, keyFaultOf: () => null },
    affinity: createAffinity(() => nowS),
    issuers: { of: () => null },
    ...{ nowS: () => nowS, random: () => 0 },
  });
  const resolution = resolve({
    ...{ key: { ...key, ...given }, model: 'm', route: 'chat', pinnedTargetId: null },
    ...{ conversationOf: () => null, carried: [] },
  });
  return resolution.ok ? null : resolution.error;
}

const on = (id: number, ...evidence: Evidence[]): GivenTarget => ({
  id,
  models: { m: { evidence } },
});
const resting = (id: number, restS: number, kind: Evidence['error_kind'] = 'upstream') =>
  on(
    id,
    entry('chat', nowS - 1, {
      ...{ failures: 2, failing_since: nowS - 3, rest_until: nowS + restS },
      ...{ error_kind: kind, error: 'HTTP 503: restarting' },
    }),
  );
const failed = (id: number, sinceS: number) =>
  on(
    id,
    entry('chat', nowS - 1, {
      ...{ state: 'failed', failures: 6, failing_since: nowS - sinceS, rest_until: nowS + 29.2 },
      ...{ error_kind: 'upstream', error: 'HTTP 500: broken' },
    }),
  );

test('resting: a 503 with the shortest rest, and what was seen', () => {
  expect(refusalOf([resting(1, 7.5), resting(2, 3.2)])).toMatchObject({
    ...{ status: 503, code: 'no_channel', retryAfterS: 4 },
    message: '"t2/m" rests after 2 failures in a row: HTTP 503: restarting',
  });
});

test('a 429 only if all rest after rate limits', () => {
  const limited = resting(1, 5, 'rate_limit');
  expect(refusalOf([limited])).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  expect(refusalOf([limited, resting(2, 9)])).toMatchObject({ status: 503, retryAfterS: 5 });
});

test('failed for less than its interval: a 503; for longer: a 404', () => {
  expect(refusalOf([failed(1, 600)])).toMatchObject({
    ...{ status: 503, retryAfterS: 30 },
    message: 'the model "t1/m" has been failing for 10 min: HTTP 500: broken',
  });
  const gone = refusalOf([failed(1, 7200)]);
  expect(gone).toMatchObject({ status: 404, code: 'model_not_found' });
  expect(gone?.message).toContain('for 2 h');
});

test('a channel at fault is named with its cause', () => {
  const fault = (sinceS: number) => ({
    ...{ kind: 'auth' as const, error: 'HTTP 401: invalid key', failures: 6 },
    ...{ since: nowS - sinceS, found_at: nowS - 5, rest_until: nowS + 25 },
  });
  const proven = on(1, entry('chat', nowS - 60));
  expect(refusalOf([{ ...proven, fault: fault(60) }])).toMatchObject({
    ...{ status: 503, retryAfterS: 25 },
    message: 'the channel "t1" has been failing for 60 s: HTTP 401: invalid key',
  });
  expect(refusalOf([{ ...proven, fault: fault(9_000) }])?.status).toBe(404);
});

test('a refused route is a 404 that says where the model is served', () => {
  const refused = entry('chat', nowS - 60, { state: 'refused', rest_until: nowS + 80_000 });
  expect(refusalOf([on(1, refused, entry('anthropic', nowS - 60))])).toMatchObject({
    status: 404,
    message: '"t1/m" isn\'t served on the chat route; it is served on: anthropic',
  });
});

test('what was never asked is a 503, because its first probe is due', () => {
  expect(refusalOf([on(1)])).toMatchObject({ status: 503, retryAfterS: 5 });
  const refusedElsewhere = entry('responses', nowS - 60, {
    ...{ state: 'refused', rest_until: nowS + 80_000 },
  });
  expect(refusalOf([on(1, refusedElsewhere)])?.status).toBe(404);
});

test('a key learns nothing of channels that it may not use', () => {
  const hidden = { ...failed(1, 60), name: 'secret' };
  const limited = { targetIds: new Set([2]) };
  expect(refusalOf([hidden, resting(2, 3)], limited)?.message).not.toContain('secret');
  expect(refusalOf([hidden], limited)).toMatchObject({
    ...{ status: 403, message: 'this key may not use "m"' },
  });
  const refused = entry('chat', nowS - 60, { state: 'refused', rest_until: nowS + 80_000 });
  const served = { ...on(1, entry('gemini', nowS - 60)), name: 'secret' };
  expect(refusalOf([served, on(2, refused)], limited)?.message).not.toContain('gemini');
});
