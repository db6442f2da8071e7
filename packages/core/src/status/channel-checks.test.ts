import { expect, test } from 'vitest';
import { checksOfChannel, type ModelOutage, type RunCheck } from './channel-checks.ts';
import { addChecks, emptyHistory, incidentsOf } from './status-history.ts';

const run = (at: number, passed: number, asked = 2): RunCheck => ({
  run_id: at,
  at,
  asked,
  passed,
});
const outage = (model: string, since: number, until: number): ModelOutage => ({
  ...{ run_id: since, model, since, until },
});
const checks = (runs: RunCheck[], outages: ModelOutage[], before: RunCheck | null = null) =>
  checksOfChannel({ target_id: 1, runs, outages, before });
const shares = (...given: Parameters<typeof checks>) =>
  checks(...given).map(({ at, share }) => [at, share]);

test('a run is a check, and one that could ask nothing has failed', () => {
  expect(shares([run(100, 1), run(200, 0, 0)], [])).toEqual([
    [100, 0.5],
    [200, 0],
  ]);
});

test('an outage of one model leaves the others, one of all is an outage of the channel', () => {
  expect(shares([run(100, 2)], [outage('a', 200, 400), outage('b', 300, 400)])).toEqual([
    [100, 1],
    [200, 0.5],
    [300, 0],
    [400, 1],
  ]);
  const models = ['a', 'b'].map((model) => outage(model, 200, 400));
  expect(shares([], models, run(50, 2, 3)).map(([, share]) => share)).toEqual([0, 2 / 3]);
  expect(shares([], models)).toEqual([
    [200, 0],
    [400, 1],
  ]);
});

test('one that begins when another ends is still one', () => {
  const found = checks([run(100, 2)], [outage('a', 200, 400), outage('b', 400, 600)]);
  expect(found.map(({ at, share, hasLasted }) => [at, share, hasLasted])).toEqual([
    [100, 1, undefined],
    [200, 0.5, true],
    [400, 0.5, true],
    [600, 1, undefined],
  ]);
  const history = addChecks(emptyHistory(), found);
  expect(incidentsOf(history)).toMatchObject([
    { started_at: 200, ended_at: 600, state: 'degraded' },
  ]);
});
