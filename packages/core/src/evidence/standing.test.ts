import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import { channelFaultShape } from './channel-fault-shape.ts';
import type { Evidence } from './evidence.ts';
import type { EvidenceRoute } from './evidence-route.ts';
import { evidenceShape } from './evidence-shape.ts';
import type { EvidenceState } from './evidence-state.ts';
import { headlineOf, isServable, type KnownModel, standingOn } from './standing.ts';

const nowS = 1_000_000;
const entry = (route: EvidenceRoute, state: EvidenceState, fields: Partial<Evidence> = {}) => ({
  ...sampleOf(evidenceShape),
  ...{ route, state, found_at: nowS - 60, since: nowS - 60 },
  ...(state === 'proven' ? { proved_at: nowS - 60 } : {}),
  ...(state === 'failed' ? { failures: 6, rest_until: nowS + 9, error: 'HTTP 500' } : {}),
  ...(state === 'refused' ? { rest_until: nowS + 9_000 } : {}),
  ...fields,
});
const known = (evidence: Evidence[], fields: Partial<KnownModel> = {}): KnownModel => ({
  ...{ plan: 'probed', fault: null, evidence },
  ...fields,
});
const on = (model: KnownModel, route: EvidenceRoute = 'anthropic') => {
  const { state, is_proven_elsewhere } = standingOn(model, route, nowS);
  return [state, is_proven_elsewhere];
};

test('a route that was never asked is unproven, and may be tried if another is proven', () => {
  expect(on(known([entry('chat', 'proven')]))).toEqual(['unproven', true]);
  expect(on(known([entry('chat', 'refused')]))).toEqual(['unproven', false]);
  expect(on(known([]))).toEqual(['unproven', false]);
});

test('a model that failed on the route of its probe has failed on the others too', () => {
  const failed = standingOn(known([entry('chat', 'failed')]), 'anthropic', nowS);
  expect(failed).toMatchObject({ state: 'failed', error: 'HTTP 500', retry_at: nowS + 9 });
});

test('a refusal is forgotten after its rest', () => {
  const refused = (rest_until: number) =>
    known([entry('chat', 'proven'), entry('anthropic', 'refused', { rest_until })]);
  expect(on(refused(nowS + 1))).toEqual(['refused', true]);
  expect(on(refused(nowS))).toEqual(['unproven', true]);
});

test('what probes leave out is tried by clients', () => {
  expect(on(known([], { plan: 'skipped' }))).toEqual(['skipped', false]);
  expect(on(known([], { plan: 'unprovable' }))).toEqual(['unprovable', false]);
  const failed = entry('anthropic', 'failed');
  const rested = { ...failed, rest_until: nowS - 1 };
  expect(on(known([failed], { plan: 'unprovable' }))).toEqual(['failed', false]);
  expect(on(known([rested], { plan: 'unprovable' }))).toEqual(['unprovable', false]);
  expect(on(known([rested]))).toEqual(['failed', false]);
});

test('a busy channel keeps every proof, and its models stay as they are', () => {
  const busy = { ...sampleOf(channelFaultShape), kind: 'rate_limit' as const };
  const during = known([entry('chat', 'proven')], { fault: { ...busy, rest_until: nowS + 5 } });
  expect(standingOn(during, 'chat', nowS)).toMatchObject({
    ...{ state: 'proven', rest: 'none', is_channel_fault: false },
    channel_busy_until: nowS + 5,
  });
  expect(standingOn(during, 'chat', nowS + 5).channel_busy_until).toBeNull();
  const headline = headlineOf(during, nowS);
  expect([headline.state, isServable(headline)]).toEqual(['proven', true]);
});

test("a channel's fault outweighs every proof", () => {
  const fault = {
    ...sampleOf(channelFaultShape),
    kind: 'quota' as const,
    error: 'no credit',
    rest_until: nowS + 1,
  };
  const model = known([entry('anthropic', 'proven')], { fault });
  const expected = { state: 'failed', is_channel_fault: true, error: 'no credit' };
  expect(standingOn(model, 'anthropic', nowS)).toMatchObject(expected);
  expect(headlineOf(model, nowS)).toMatchObject(expected);
});

test('after its rest, one request may show whether a channel at fault is back', () => {
  const fault = { ...sampleOf(channelFaultShape), rest_until: nowS - 1 };
  const rested = standingOn(known([entry('anthropic', 'proven')], { fault }), 'anthropic', nowS);
  expect(rested).toMatchObject({ state: 'proven', rest: 'half_open', is_channel_fault: true });
  expect(headlineOf(known([], { fault, plan: 'skipped' }), nowS)).toMatchObject({
    state: 'failed',
  });
});

test('a failed model whose probe is overdue may be tried by clients, unless it is long dead', () => {
  const overdue = (fields: Partial<Evidence>) =>
    standingOn(known([entry('chat', 'failed', fields)]), 'chat', nowS).is_overdue;
  expect(overdue({ rest_until: nowS - 60 })).toBe(false);
  expect(overdue({ rest_until: nowS - 130 })).toBe(true);
  expect(overdue({ rest_until: nowS - 130, failing_since: nowS - 90_000 })).toBe(false);
});

const resting = { failures: 2, rest_until: nowS + 1 };
test.each<[string, KnownModel, EvidenceState, EvidenceRoute | null, boolean]>([
  [
    'proven on one of two',
    known([entry('chat', 'failed'), entry('anthropic', 'proven')]),
    'proven',
    'anthropic',
    true,
  ],
  [
    'proven, refused elsewhere',
    known([entry('anthropic', 'refused'), entry('chat', 'proven')]),
    'proven',
    'chat',
    true,
  ],
  ['resting after failures', known([entry('chat', 'proven', resting)]), 'proven', 'chat', false],
  [
    'one route rests, one does not',
    known([entry('chat', 'proven', resting), entry('gemini', 'proven')]),
    'proven',
    'gemini',
    true,
  ],
  [
    'failed',
    known([entry('chat', 'failed'), entry('anthropic', 'refused')]),
    'failed',
    'chat',
    false,
  ],
  ['refused on every route', known([entry('chat', 'refused')]), 'refused', 'chat', false],
  ['never asked', known([]), 'unproven', null, false],
  ['behind a gate', known([entry('anthropic', 'unprovable')]), 'unprovable', 'anthropic', false],
  ['an image model', known([], { plan: 'skipped' }), 'skipped', null, false],
  [
    'an image model that clients use',
    known([entry('images', 'proven')], { plan: 'skipped' }),
    'proven',
    'images',
    true,
  ],
])('the headline of a model that is %s', (_, model, state, route, servable) => {
  const headline = headlineOf(model, nowS);
  expect([headline.state, headline.route, isServable(headline)]).toEqual([state, route, servable]);
});
