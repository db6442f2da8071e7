import { pick, probedFields } from '@api-monitor/core';
import { expect, it } from 'vitest';
import { sampleProbe } from '../../test/sample-probe.ts';
import { liveProbe, withLive } from './live-probes.ts';

const failed = sampleProbe({ success: false, duration: 2, timestamp: 2000, error: 'HTTP 500' });
const point = pick(failed, probedFields);

it('a live probe replaces its model’s row, and a new model goes to the end', () => {
  const event = { target_id: 1, run_id: 8, total: 2 };
  const live = [
    liveProbe({ ...event, done: 1, probe: point }),
    liveProbe({ ...event, done: 2, probe: { ...point, model: 'new' } }),
  ].flatMap((it) => it ?? []);
  const rows = withLive([sampleProbe({ model: 'a' }), sampleProbe({ id: 2 })], live);
  expect(rows.map((it) => [it.model, it.id, it.success])).toEqual([
    ['a', 1, true],
    ['gpt-4o', -1, false],
    ['new', -2, false],
  ]);
});

it('an event with a list of models only is not a probe', () => {
  expect(liveProbe({ target_id: 1, run_id: 8, total: 2, done: 0, probe: null })).toBeNull();
});
