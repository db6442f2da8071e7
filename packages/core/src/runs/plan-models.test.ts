import { expect, test } from 'vitest';
import { type Evidence, noEvidence } from '../evidence/evidence.ts';
import { isSixthRun, type PlannedModel, planModels } from './plan-models.ts';

type Known = PlannedModel & { model: string };

const nowS = 1_800_000_000;
const hour = 3600;
const target = { interval_min: 30, dont_probe: [], traffic_proves: true };

function known(model: string, part: Partial<Known> = {}): Known {
  const probed = { success: true, state_since: nowS - hour, last_success_at: null };
  return { model, evidence: [], ...probed, ...part };
}

function byTraffic(agoS: number, part: Partial<Evidence> = {}): Evidence {
  const proof = { state: 'proven', proved_by: 'traffic', proved_at: nowS - agoS } as const;
  return { ...noEvidence('chat', nowS - agoS), ...proof, ...part };
}

function plan(models: Known[], more: Partial<Parameters<typeof planModels>[0]> = {}) {
  return planModels({
    models: models.map(({ model }) => model),
    known: new Map(models.map((one) => [one.model, one])),
    ...{ target, asksAll: false, isTrusted: true, nowS },
    ...more,
  });
}

test('what traffic proved within the interval is not asked', () => {
  const models = [
    known('fresh', { evidence: [byTraffic(600, { route: 'anthropic' })] }),
    known('stale', { evidence: [byTraffic(1900)] }),
    known('failing', { evidence: [byTraffic(600, { failures: 1 })] }),
    known('probed', { evidence: [byTraffic(600, { proved_by: 'probe' })] }),
    known('wrong', { evidence: [byTraffic(600, { is_wrong_answer: true })] }),
  ];
  const { provenByTraffic, asked } = plan(models);
  expect(provenByTraffic.map(({ model }) => model)).toEqual(['fresh']);
  expect(asked).toHaveLength(4);
});

test.each([
  { asksAll: true },
  { isTrusted: false },
  { target: { ...target, traffic_proves: false } },
])('traffic proves nothing for a run with %j', (more) => {
  expect(plan([known('fresh', { evidence: [byTraffic(600)] })], more).asked).toEqual(['fresh']);
});

const dead = (model: string, hours: number) =>
  known(model, { success: false, state_since: nowS - hours * hour });

test('a model that has been dead for more than a day is asked in one of six runs', () => {
  const runs = Array.from({ length: 12 }, (_, n) =>
    plan([dead('m', 30)], { nowS: nowS + n * 1800 }),
  );
  expect(runs.filter(({ asked }) => asked.length === 1)).toHaveLength(2);
  expect(runs.filter(({ resting }) => resting.length === 1)).toHaveLength(10);
  expect(plan([dead('m', 23)]).asked).toEqual(['m']);
  expect(plan([dead('m', 30)], { asksAll: true }).asked).toEqual(['m']);
});

test('dead models are not all asked in the same run', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(names.filter((name) => isSixthRun(name, 30, nowS))).toHaveLength(1);
});

test('models that are not probed are left', () => {
  const models = [known('dall-e-3'), known('private-x'), known('gpt-4o')];
  const { left, asked } = plan(models, { target: { ...target, dont_probe: ['private-*'] } });
  expect([left, asked]).toEqual([['dall-e-3', 'private-x'], ['gpt-4o']]);
});

test('the model proven last comes first, then those that traffic wants, and the long dead last', () => {
  const models = [
    dead('long dead', 48),
    known('long dead, wanted', {
      ...dead('', 48),
      evidence: [byTraffic(1e6, { state: 'failed' })],
    }),
    dead('dead', 2),
    known('alive'),
    known('wanted', { evidence: [byTraffic(5000)] }),
    known('best', { last_success_at: nowS - 60 }),
  ].map((one, n) => ({ ...one, model: one.model || `${n}` }));
  const named = models.map((one, n) => (n === 1 ? { ...one, model: 'long dead, wanted' } : one));
  expect(plan(named, { asksAll: true }).asked).toEqual([
    'best',
    'wanted',
    'alive',
    'dead',
    'long dead, wanted',
    'long dead',
  ]);
});
