import { pick, probedFields } from '@api-monitor/core';
import { describe, expect, it } from 'vitest';
import { sampleChannel, sampleModel, samplePoint } from '../../test/sample-channel.ts';
import { applyProgress } from './apply-progress.ts';
import type { ProgressEvent } from './channel.ts';

function progress(done: number, probe: Partial<NonNullable<ProgressEvent['probe']>> | null) {
  const whole = pick(sampleModel({ timestamp: 2000 }), probedFields);
  return {
    target_id: 1,
    run_id: 7,
    total: 3,
    done,
    probe: probe && { ...whole, ...probe },
  } satisfies ProgressEvent;
}

describe('a step of a run', () => {
  it('starts the run and counts up, never down', () => {
    const started = applyProgress(sampleChannel(), progress(0, null));
    expect(started).toMatchObject({ running: true, run_progress: { total: 3, done: 0 } });
    const ahead = applyProgress(started, progress(2, {}));
    const late = applyProgress(ahead, progress(1, { model: 'other' }));
    expect(late.run_progress).toEqual({ total: 3, done: 2 });
  });

  it('starts again at the next run', () => {
    const before = sampleChannel({ run_progress: { total: 3, done: 3 } });
    expect(applyProgress(before, progress(0, null)).run_progress).toEqual({ total: 3, done: 0 });
  });

  it('shows a probe as the newest state and the last bar', () => {
    const failed = {
      success: false,
      error: 'HTTP 429: slow down',
      error_kind: 'rate_limit',
    } as const;
    const [model] = applyProgress(sampleChannel(), progress(1, failed)).latest_models;
    expect(model).toMatchObject({ ...failed, timestamp: 2000, state_since: 2000 });
    expect(model?.last_success_at).toBe(1000);
    expect(model?.history?.map((it) => it.success)).toEqual([true, false]);
  });

  it('keeps the time since which a model has been in its state', () => {
    const [model] = applyProgress(sampleChannel(), progress(1, {})).latest_models;
    expect(model?.state_since).toBe(500);
  });

  it('keeps 30 bars', () => {
    const history = Array.from({ length: 30 }, (_, index) => samplePoint({ timestamp: index }));
    const channel = sampleChannel({ latest_models: [sampleModel({ history })] });
    const [model] = applyProgress(channel, progress(1, {})).latest_models;
    expect(model?.history).toHaveLength(30);
    expect(model?.history?.at(-1)?.timestamp).toBe(2000);
  });

  it('adds a new model in the place that the list will give it', () => {
    const latest_models = [sampleModel({ model: 'a' }), sampleModel({ model: 'z' })];
    const after = applyProgress(sampleChannel({ latest_models }), progress(1, { model: 'm' }));
    expect(after.latest_models.map((it) => it.model)).toEqual(['a', 'm', 'z']);
    expect(after.latest_models[1]?.history).toHaveLength(1);
  });

  it('does not count a probe twice if a refetch brought it already', () => {
    const known = sampleChannel({ latest_models: [sampleModel({ timestamp: 2000 })] });
    expect(applyProgress(known, progress(1, {})).latest_models).toBe(known.latest_models);
  });

  it('does not start a history if none was loaded', () => {
    const channel = sampleChannel({ latest_models: [sampleModel({ history: undefined })] });
    expect(applyProgress(channel, progress(1, {})).latest_models[0]?.history).toBeUndefined();
  });
});
