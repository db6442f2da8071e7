import { describe, expect, it } from 'vitest';
import { failed as failedEvidence, sampleModel, samplePoint } from '../../test/sample-channel.ts';
import { historyPaths, segmentBar } from './tick-paths.ts';

const strokes = (path: string) => path.split('M').length - 1;
const failed = { success: false, error_kind: 'timeout' } as const;
const failing = { evidence: [failedEvidence()] };
const skipped = { plan: 'skipped' as const, evidence: [] };

describe('the history strip', () => {
  it('has 30 places, the newest at the right, and dots for checks that never ran', () => {
    const paths = historyPaths([samplePoint(), samplePoint(failed)]);
    expect([strokes(paths.idle), strokes(paths.ok), strokes(paths.bad)]).toEqual([28, 1, 1]);
    expect(paths.bad).toBe('M236 25V3');
  });

  it('has taller bars for slower checks, and one outlier does not flatten the others', () => {
    const { ok } = historyPaths([1, 2, 40].map((duration) => samplePoint({ duration })));
    const heights = ok
      .split('M')
      .slice(1)
      .map((it) => 25 - Number(it.split('V')[1]));
    expect(heights).toEqual([13.2, 22, 22]);
  });

  it.each(['skipped', 'gated'] as const)('does not count a %s check as a verdict', (error_kind) => {
    const paths = historyPaths([samplePoint({ success: false, error_kind })]);
    expect(paths.bad).toBe('');
    expect(strokes(paths.idle)).toBe(30);
  });
});

describe("a channel's bar", () => {
  it('has a segment for each model, in order', () => {
    const bar = segmentBar([sampleModel(), sampleModel(failing), sampleModel(skipped)]);
    expect(bar).toEqual({
      width: 3,
      ok: 'M0 0H1V1H0Z',
      bad: 'M1 0H2V1H1Z',
      idle: 'M2 0H3V1H2Z',
      gaps: 'M1 0V1M2 0V1',
    });
  });

  it('becomes three proportional blocks if there are many models', () => {
    const many = Array.from({ length: 90 }, (_, index) => sampleModel(index % 3 ? {} : failing));
    const bar = segmentBar(many);
    expect([bar.width, bar.ok, bar.bad]).toEqual([90, 'M0 0H60V1H0Z', 'M60 0H90V1H60Z']);
  });

  it('is empty for a channel without models', () => {
    expect(segmentBar([])).toMatchObject({ width: 1, ok: '', bad: '', idle: '' });
  });
});
