import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import { channelFaultShape } from './channel-fault-shape.ts';
import type { Evidence } from './evidence.ts';
import { evidenceShape } from './evidence-shape.ts';
import type { Finding } from './finding.ts';
import { type Knowledge, nextKnowledge, nextRecheck, recheckAt } from './next-knowledge.ts';

const intervalS = 1800;
const proven = (route: Evidence['route']): Evidence => ({
  ...sampleOf(evidenceShape),
  ...{ route, state: 'proven', proved_at: 50, found_at: 50 },
});
const known = (fields: Partial<Knowledge> = {}): Knowledge => ({
  evidence: [proven('chat'), proven('anthropic')],
  fault: null,
  ...fields,
});
const finding = (fields: Partial<Finding>): Finding => ({
  ...{ route: 'chat', outcome: 'failure', kind: 'upstream', scope: 'model', message: 'HTTP 500' },
  ...{ by: 'traffic', at: 100, began_at: 99 },
  ...{ first_token_s: null, is_wrong_answer: null, retry_after_s: null },
  ...fields,
});
const next = (before: Knowledge, one: Partial<Finding>) =>
  nextKnowledge(before, finding(one), { model: 'm', intervalS });
const restsOf = ({ evidence }: Knowledge) =>
  Object.fromEntries(evidence.map(({ route, rest_until }) => [route, rest_until]));

test('a failure of the model counts on every route on which it was proven', () => {
  expect(restsOf(next(known(), {}))).toEqual({ chat: 101, anthropic: 101 });
});

test('failures on another route never make a route fail, unless the model is gone', () => {
  const failing = (one: Partial<Finding>) =>
    Array.from({ length: 9 }, (_, n) => ({ ...one, began_at: 100 * n + 99, at: 100 * n + 100 }))
      .reduce(next, known())
      .evidence.find(({ route }) => route === 'anthropic');
  expect(failing({ by: 'recheck' })).toMatchObject({ state: 'proven', failures: 5 });
  expect(failing({ by: 'run' })).toMatchObject({ state: 'proven', failures: 5 });
  expect(failing({ by: 'recheck', kind: 'not_found' })).toMatchObject({ state: 'failed' });
});

test('a failure of one route leaves the others', () => {
  expect(restsOf(next(known(), { scope: 'route' }))).toEqual({ chat: 101, anthropic: null });
  const refused = next(known(), { outcome: 'refused', by: 'run' });
  expect(refused.evidence.map(({ state }) => state).sort()).toEqual(['proven', 'refused']);
});

const quota = { scope: 'channel', kind: 'quota', message: 'no credit' } as const;

test('a failure of the channel outweighs all proofs and leaves them as they are', () => {
  const before = known();
  const after = next(before, quota);
  expect(after.evidence).toBe(before.evidence);
  expect(after.fault).toEqual({
    ...{ kind: 'quota', error: 'no credit', since: 100, found_at: 100 },
    ...{ failures: 6, rest_until: 130 },
  });
});

test('a refused key shows a fault of the channel only on a route that has worked', () => {
  const auth = { scope: 'channel', kind: 'auth', message: 'HTTP 401: no', status: 401 } as const;
  for (const by of ['traffic', 'recheck', 'run'] as const) {
    expect(next(known(), { ...auth, by }).fault).toMatchObject({ kind: 'auth' });
    for (const route of ['gemini', 'completions'] as const) {
      const after = next(known(), { ...auth, by, route });
      expect(after.fault).toBeNull();
      expect(restsOf(after)).toMatchObject({ chat: null, anthropic: null });
      expect(restsOf(after)[route]).toBeGreaterThan(100);
    }
  }
  const unknown = known({ evidence: [] });
  expect(next(unknown, auth).fault).toBeNull();
  expect(next(unknown, { ...auth, by: 'run' }).fault).toMatchObject({ kind: 'auth' });
});

test('a failure of the channel that is heard of after a later answer counts no more', () => {
  const before = known({ evidence: [{ ...proven('chat'), proved_at: 120, found_at: 120 }] });
  expect(next(before, quota)).toBe(before);
  expect(next(before, { ...quota, began_at: 121, at: 122 }).fault).toMatchObject({ since: 122 });
});

test('a model that a client was served with within the hour is asked again every minute at most', () => {
  const rests = (fields: Partial<Evidence>, scope: Finding['scope']) => {
    let now: Knowledge = { evidence: [{ ...proven('chat'), ...fields }], fault: null };
    const found: number[] = [];
    for (let at = 100; found.length < 80; at += found.at(-1) ?? 0) {
      now = next(now, { scope, by: 'recheck', kind: 'not_found', began_at: at, at });
      found.push((now.fault?.rest_until ?? now.evidence[0]?.rest_until ?? 0) - at);
    }
    return found;
  };
  for (const scope of ['model', 'channel'] as const) {
    const wanted = rests({ proved_by: 'traffic' }, scope);
    expect(wanted.slice(0, 4)).toEqual([30, 60, 60, 60]);
    expect(wanted.filter((restS) => restS === 60)).toHaveLength(59);
    expect(wanted.at(-1)).toBe(intervalS);
    expect(rests({ proved_by: 'probe' }, scope).slice(0, 4)).toEqual([30, 60, 120, 240]);
  }
});

test('a rate limit rests the model on its proven routes, and makes the channel busy', () => {
  const limit = { scope: 'channel', kind: 'rate_limit', message: 'HTTP 429' } as const;
  const after = next(known(), limit);
  expect(restsOf(after)).toEqual({ chat: 101, anthropic: 101 });
  expect(after.fault).toMatchObject({ kind: 'rate_limit', rest_until: 101 });
  expect(next(known(), { ...limit, scope: 'model' }).fault).toBeNull();
  // The model has answered since.
  expect(next(known(), { ...limit, began_at: 40, at: 45 }).fault).toBeNull();
});

test('a fault carries the status of the answer that showed it', () => {
  const found = next(known(), { ...quota, status: 402 });
  expect(found.fault).toMatchObject({ status: 402 });
  const later = next(found, { ...quota, began_at: 131, at: 132 });
  expect(later.fault).not.toHaveProperty('status');
});

test('a fault is asked again ever less often, and a burst of failures counts once', () => {
  const first = next(known(), quota);
  const burst = next(first, { ...quota, began_at: 99.5, at: 101 });
  expect(burst.fault).toBe(first.fault);
  const second = next(first, { ...quota, by: 'recheck', began_at: 131, at: 132 });
  expect(second.fault).toMatchObject({ since: 100, rest_until: 132 + 60, failures: 7 });
});

test('the probe that should end a fault makes it rest again, whatever it meets instead', () => {
  const fault = { ...sampleOf(channelFaultShape), found_at: 100, failures: 6, rest_until: 130 };
  const asked = { by: 'recheck', began_at: 131, at: 132 } as const;
  for (const outcome of ['failure', 'gated', 'refused', 'none'] as const) {
    const after = next(known({ fault }), { ...asked, outcome });
    expect(after.fault).toMatchObject({ found_at: 132, failures: 7, rest_until: 132 + 60 });
  }
});

test('a fault from the future, by a wrong clock, ends with an answer', () => {
  const fault = { ...sampleOf(channelFaultShape), found_at: 100 + 259_200 };
  expect(next(known({ fault }), { outcome: 'success', kind: null }).fault).toBeNull();
});

test('a model that works again may be asked on the routes that failed or were refused before', () => {
  const old = { found_at: 50, failing_since: 40 };
  const evidence: Evidence[] = [
    { ...proven('chat'), state: 'failed', failures: 6, ...old },
    { ...proven('anthropic'), state: 'refused', ...old },
    { ...proven('gemini'), state: 'failed', failures: 6, found_at: 999, failing_since: 40 },
  ];
  const states = (at: number) =>
    Object.fromEntries(
      next(known({ evidence }), {
        outcome: 'success',
        by: 'run',
        began_at: at - 1,
        at,
      }).evidence.map(({ route, state }) => [route, state]),
    );
  expect(states(1000)).toEqual({ chat: 'proven', gemini: 'failed' });
});

test('a real answer that was asked for after the fault ends it', () => {
  const fault = { ...sampleOf(channelFaultShape), found_at: 100 };
  const success = { outcome: 'success', kind: null, message: null } as const;
  expect(next(known({ fault }), { ...success, began_at: 90, at: 101 }).fault).toBe(fault);
  expect(next(known({ fault }), { ...success, began_at: 101, at: 102 }).fault).toBeNull();
});

test('the single probe asks on the route whose rest ends first, if probes ask there at all', () => {
  const rested = (route: Evidence['route'], rest_until: number) => ({
    ...proven(route),
    ...{ failures: 1, rest_until },
  });
  const evidence = [rested('completions', 10), rested('anthropic', 40), rested('chat', 30)];
  expect(nextRecheck(evidence)).toEqual({ route: 'chat', at: 30 });
  expect(nextRecheck([rested('completions', 10)])).toBeNull();
});

test('a single probe is due at the end of the first rest that probes can end', () => {
  const resting = (state: Evidence['state'], rest_until: number) => ({
    ...proven('chat'),
    ...{ state, failures: 1, failing_since: 20, rest_until },
  });
  expect(recheckAt([proven('chat')])).toBeNull();
  expect(recheckAt([resting('failed', 20 + 86_401)])).toBeNull();
  expect(recheckAt([resting('proven', 40), resting('failed', 30)])).toBe(30);
  expect(recheckAt([resting('unprovable', 30), resting('skipped', 30)])).toBeNull();
  expect(recheckAt([{ ...proven('chat'), state: 'refused', rest_until: 86_400 }])).toBeNull();
});

test('what traffic showed a moment ago changes nothing, unless it was measured', () => {
  const answer = { outcome: 'success', kind: null, message: null } as const;
  const first = next(known(), { ...answer, at: 100 });
  expect(next(first, { ...answer, began_at: 100, at: 100.9 })).toBe(first);
  const proofOf = ({ evidence }: Knowledge) => evidence.find(({ route }) => route === 'chat');
  expect(proofOf(next(first, { ...answer, began_at: 100, at: 101 }))?.proved_at).toBe(101);
  const measured = next(first, { ...answer, at: 100.9, first_token_s: 0.5 });
  expect(proofOf(measured)).toMatchObject({ proved_at: 100.9 });
  const failed = next(first, { began_at: 100.1, at: 100.5 });
  expect(proofOf(next(failed, { ...answer, began_at: 100.6, at: 100.7 }))?.failures).toBe(0);
});

test('a failed connection counts against the model, unless the whole channel is unreachable', () => {
  const refused = { kind: 'network', message: 'connection refused', is_unreached: true } as const;
  const about = (before: Knowledge, model: string, fields: Partial<Finding>) =>
    nextKnowledge(before, finding({ ...refused, ...fields }), { model, intervalS });
  const first = about(known(), 'a', {});
  expect(restsOf(first)).toEqual({ chat: 101, anthropic: 101 });
  const other = known({ fault: first.fault });
  const second = about(other, 'b', {});
  expect(second.evidence).toBe(other.evidence);
  expect(second.fault).toMatchObject({ since: 100, failures: 1, rest_until: 101 });
  const asked = about(second, 'b', {
    by: 'recheck',
    is_unreached: undefined,
    began_at: 102,
    at: 102,
  });
  expect(asked.evidence).toBe(second.evidence);
  expect(asked.fault).toMatchObject({ failures: 2, rest_until: 104 });
  const answered = about(asked, 'b', {
    ...{ kind: 'upstream', status: 503, is_unreached: undefined, began_at: 105, at: 105 },
  });
  expect(answered.fault).toBeNull();
  expect(restsOf(answered)).toEqual({ chat: 106, anthropic: 106 });
});
