import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import type { Evidence } from './evidence.ts';
import { evidenceShape } from './evidence-shape.ts';
import { type EvidenceState, evidenceStates } from './evidence-state.ts';
import { type Finding, findingOutcomes } from './finding.ts';
import { beginTrial, nextEvidence, restOf } from './next-evidence.ts';
import { failuresToFail, restS } from './rest.ts';

const intervalS = 1800;
const nowS = 1_000_000;

const finding = (fields: Partial<Finding> = {}): Finding => ({
  ...{ route: 'chat', outcome: 'success', kind: null, scope: 'model', message: null },
  ...{ by: 'traffic', at: nowS, began_at: nowS - 1 },
  ...{ first_token_s: null, is_wrong_answer: null, retry_after_s: null },
  ...fields,
});
const failure = (fields: Partial<Finding> = {}) =>
  finding({ outcome: 'failure', kind: 'upstream', message: 'HTTP 503', ...fields });
const entry = (fields: Partial<Evidence> = {}): Evidence => ({
  ...sampleOf(evidenceShape),
  ...{ route: 'chat', state: 'proven', since: nowS - 900, found_at: nowS - 60 },
  ...{ proved_at: nowS - 60, proved_by: 'probe' },
  ...fields,
});
const failing = (state: EvidenceState, failures: number): Partial<Evidence> => ({
  ...{ state, failures, failing_since: nowS - 90, rest_until: nowS - 5 },
  ...{ error_kind: 'upstream', error: 'HTTP 500' },
});
const next = (before: Evidence | null, one: Finding) => nextEvidence(before, one, intervalS);

describe('the state after each finding, from each state', () => {
  const after = (state: EvidenceState, one: Partial<Finding>, failures = 0) =>
    next(entry(failures > 0 ? failing(state, failures) : { state }), finding(one)).state;
  const failed = { outcome: 'failure', kind: 'upstream' } as const;
  const same = Object.fromEntries(evidenceStates.map((state) => [state, state]));
  const allTo = (to: EvidenceState) =>
    Object.fromEntries(evidenceStates.map((state) => [state, to]));
  const unlessUnprobed = { ...allTo('failed'), unprovable: 'unprovable', skipped: 'skipped' };
  const rows: [string, Partial<Finding>, number, Record<string, string>][] = [
    ['a real answer to a client', {}, 0, allTo('proven')],
    ['a real answer to a probe', { by: 'run' }, 0, allTo('proven')],
    ['a real answer after failures', {}, 3, allTo('proven')],
    ['a first failure in traffic', failed, 0, same],
    ['a fifth failure in traffic', failed, 4, same],
    ['a sixth failure in traffic', failed, 5, unlessUnprobed],
    ['a run that failed', { ...failed, by: 'run' }, 0, unlessUnprobed],
    ['a single probe that failed for now', { ...failed, by: 'recheck' }, 1, same],
    ['a missing model', { ...failed, by: 'recheck', kind: 'not_found' }, 1, unlessUnprobed],
    ['a missing model in traffic', { ...failed, kind: 'not_found' }, 0, same],
    ['a refusal of the route to a probe', { outcome: 'refused', by: 'run' }, 0, allTo('refused')],
    [
      'a first refusal in traffic',
      { outcome: 'refused' },
      0,
      { ...allTo('refused'), proven: 'proven' },
    ],
    ['a second refusal in traffic', { outcome: 'refused' }, 1, allTo('refused')],
    ['a gate that a probe met', { outcome: 'gated', by: 'run' }, 0, allTo('unprovable')],
    ['a gate that a client met', { outcome: 'gated' }, 0, same],
    ["a client's own mistake", { outcome: 'none' }, 0, same],
  ];
  const cases = rows.flatMap(([what, one, failures, states]) =>
    Object.entries(states).map(([state, to]) => ({ what, one, failures, state, to })),
  );
  test.each(cases)('$what: $state becomes $to', ({ one, failures, state, to }) => {
    expect(after(state as EvidenceState, one, failures)).toBe(to);
  });
  test('every outcome is in the table', () => {
    const outcomes = new Set(rows.map(([, { outcome = 'success' }]) => outcome));
    expect(outcomes).toEqual(new Set(findingOutcomes));
  });
});

test('without any evidence, a failure in traffic leaves the route unproven and lets it rest', () => {
  expect(next(null, failure())).toMatchObject({
    ...{ route: 'chat', state: 'unproven', failures: 1, rest_until: nowS + 1 },
    ...{ error: 'HTTP 503', error_kind: 'upstream', failing_since: nowS },
  });
});

describe('rests', () => {
  test('double from one second to half a minute, then to the check interval', () => {
    const rests = [1, 2, 3, 4, 5, 6, 7, 8, 40].map((failures) => restS(failures, intervalS));
    expect(rests).toEqual([1, 2, 4, 8, 16, 30, 60, 120, 1800]);
    expect(restS(failuresToFail + 3, 60)).toBe(60);
    expect(restS(failuresToFail, 1)).toBe(30);
  });

  test('are as long as Retry-After says, up to ten minutes', () => {
    const told = (retry_after_s: number) => next(entry(), failure({ retry_after_s })).rest_until;
    expect([told(0.1), told(20), told(86_400)]).toEqual([nowS + 1, nowS + 20, nowS + 600]);
  });

  test('a failed run lets the model rest for half a minute, the next one for longer', () => {
    const first = next(entry(), failure({ by: 'run' }));
    const second = next(first, failure({ by: 'recheck', began_at: nowS + 30, at: nowS + 31 }));
    expect([first.rest_until, second.rest_until]).toEqual([nowS + 30, nowS + 31 + 60]);
  });

  test('requests that were under way together are one failure', () => {
    const burst = Array.from({ length: 500 }, (_, index) =>
      failure({ began_at: nowS - 30 + index / 100, at: nowS + index / 1000 }),
    );
    const after = burst.reduce<Evidence>(next, entry());
    expect(after).toMatchObject({ failures: 1, rest_until: nowS + 1, state: 'proven' });
  });

  test('a single probe that was under way when a client failed is the same failure', () => {
    const first = next(entry(), failure());
    const second = next(first, failure({ by: 'recheck', began_at: nowS - 1, at: nowS + 1 }));
    expect(second).toEqual(first);
  });

  test('a request that began after the last failure is another failure', () => {
    const first = next(entry(), failure());
    const second = next(first, failure({ began_at: nowS + 1.1, at: nowS + 1.2 }));
    expect(second).toMatchObject({ failures: 2, rest_until: nowS + 3.2, failing_since: nowS });
  });

  test('one request tries the model after the rest, and ends it whatever comes', () => {
    const resting = next(entry(), failure());
    expect([restOf(resting, nowS + 0.9), restOf(resting, nowS + 1)]).toEqual([
      'resting',
      'half_open',
    ]);
    const tried = beginTrial(resting, nowS + 1);
    expect(restOf(tried, nowS + 2)).toBe('resting');
    expect(restOf(next(tried, finding({ outcome: 'none', at: nowS + 2 })), nowS + 2)).toBe(
      'half_open',
    );
    expect(restOf(next(tried, finding({ at: nowS + 2 })), nowS + 2)).toBe('none');
    expect(restOf(tried, nowS + 121)).toBe('half_open');
  });

  test('a finding from the future, by a wrong clock, lets nothing rest', () => {
    const ahead = next(entry(), failure({ at: nowS + 9_000, retry_after_s: 600 }));
    expect(restOf(ahead, nowS)).toBe('half_open');
  });
});

describe('late findings', () => {
  test('a failure from before the last real answer changes nothing', () => {
    const proven = entry({ proved_at: nowS + 50, found_at: nowS + 50 });
    expect(next(proven, failure())).toBe(proven);
  });

  test('a success from before the last failure only measures', () => {
    const failed = next(entry(), failure());
    expect(next(failed, finding({ at: nowS - 1, first_token_s: 0.5 }))).toEqual({
      ...failed,
      first_token_s: 0.5,
    });
  });
});

test('two refusals that were under way together are one', () => {
  const refusal = (began_at: number, at: number) => finding({ outcome: 'refused', began_at, at });
  const once = next(entry(), refusal(nowS - 2, nowS));
  expect(next(once, refusal(nowS - 1.9, nowS + 0.1))).toBe(once);
  expect(next(once, refusal(nowS + 1.1, nowS + 1.2)).state).toBe('refused');
});

test('a gate that a probe meets leaves a failing route that traffic had proven to clients', () => {
  const failing = next(entry({ proved_by: 'traffic' }), failure());
  const gated = next(failing, finding({ outcome: 'gated', by: 'recheck', at: nowS + 2 }));
  expect(gated).toMatchObject({ state: 'unprovable', failures: 0, rest_until: null });
});

test('evidence from the future, by a wrong clock, gives way to what is found now', () => {
  const ahead = entry({ proved_at: nowS + 259_200, found_at: nowS + 259_200 });
  expect(next(ahead, failure({ by: 'run' }))).toMatchObject({ state: 'failed', found_at: nowS });
});

describe('a proof', () => {
  test('says when, by what and how fast', () => {
    const by = (who: Finding['by'], first_token_s: number) =>
      next(entry({ first_token_s: 1 }), finding({ by: who, first_token_s }));
    expect(by('traffic', 2)).toMatchObject({ proved_by: 'traffic', first_token_s: 1.3 });
    expect(by('run', 0)).toMatchObject({ proved_by: 'probe', first_token_s: 0.7 });
    expect(by('run', 0).proved_at).toBe(nowS);
  });

  test('keeps the mark of a wrong answer until an answer is checked again', () => {
    const wrong = next(entry(), finding({ by: 'run', is_wrong_answer: true }));
    expect(wrong.is_wrong_answer).toBe(true);
    expect(next(wrong, finding()).is_wrong_answer).toBe(true);
    expect(next(wrong, finding({ is_wrong_answer: false })).is_wrong_answer).toBe(false);
  });

  test('by traffic outweighs a gate that only probes meet', () => {
    const proven = entry({ proved_by: 'traffic' });
    expect(next(proven, finding({ outcome: 'gated', by: 'run' }))).toBe(proven);
  });

  test('its start is kept as long as it lasts, through short rests', () => {
    const rested = next(next(entry(), failure()), finding({ at: nowS + 2 }));
    expect(rested.since).toBe(nowS - 900);
    const back = next(entry({ state: 'failed' }), finding({ at: nowS + 2 }));
    expect(back.since).toBe(nowS + 2);
  });
});

test('whatever comes, in any order, the evidence stays consistent', () => {
  const kinds: ErrorKind[] = ['upstream', 'not_found', 'rate_limit'];
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const oneOf = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  let state: Evidence | null = null;
  for (let step = 0; step < 5000; step += 1) {
    const at = nowS + step * 3 - Math.floor(random() * 60);
    const outcome = oneOf(findingOutcomes);
    const by = oneOf(['run', 'recheck', 'traffic'] as const);
    const kind = outcome === 'success' || outcome === 'none' ? null : oneOf(kinds);
    const before: Evidence | null = state;
    state = next(before, finding({ outcome, by, kind, at, began_at: at - random() * 60 }));
    if (state.failures > 0) expect(state.rest_until).not.toBeNull();
    if (state.state === 'proven') expect(state.proved_at).not.toBeNull();
    if (state.failures === 0) expect([state.failing_since, state.trial_at]).toEqual([null, null]);
    expect(state.found_at).toBeGreaterThanOrEqual(before?.found_at ?? 0);
  }
});
