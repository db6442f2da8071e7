import { describe, expect, it } from 'vitest';
import { sampleChannel, sampleModel } from '../../test/sample-channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import { applyProgress } from './apply-progress.ts';
import type { BreakerEvent, Channel, LatestModel } from './channel.ts';
import { createChannelBook } from './channel-book.ts';
import { channelCard } from './channel-card.ts';
import { matchesStatus } from './filter-channels.ts';
import { applyBreaker, liveTrouble } from './live-traffic.ts';
import { modelRow } from './model-row.ts';
import { sumUpChannels } from './sum-up-channels.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');
const failing = sampleModel({ live_failures: 3, live_failed_at: 1988, live_error: 'HTTP 500' });
const opened: BreakerEvent = {
  target_id: 1,
  model: 'gpt-4o',
  is_open: true,
  consecutive_failures: 3,
  error: 'HTTP 503',
  opened_at: 1990,
  trial_at: null,
};

function firstModel(channel: Channel | undefined): LatestModel {
  const [model] = channel?.latest_models ?? [];
  if (!model) throw new Error('the channel has no model');
  return model;
}

describe('failures of live traffic', () => {
  it('are in a line of the row, in both languages', () => {
    expect(modelRow(failing, 2000, en)).toMatchObject({
      tone: 'warn',
      state: 'ok',
      live: { tone: 'warn', countText: 'Live: 3 failures', failedAt: 1988, error: 'HTTP 500' },
    });
    expect(modelRow(failing, 2000, zh).live.countText).toBe('真实流量：连续失败 3 次');
    expect(modelRow(sampleModel(), 2000, en).live.countText).toBe('');
  });

  it('are counted per model on the card, and are worse if a probe confirms them', () => {
    const dead = sampleModel({ ...failing, model: 'm', success: false, error_kind: 'upstream' });
    const amber = sampleChannel({ latest_models: [failing, sampleModel({ model: 'ok' })] });
    const red = sampleChannel({ latest_models: [failing, dead], last_status: 'degraded' });
    expect(channelCard(amber, en).live).toEqual({
      text: 'Live traffic failing: 1 model',
      tone: 'warn',
    });
    expect(channelCard(red, zh).live).toEqual({ text: '真实流量失败：2 个模型', tone: 'bad' });
    expect(channelCard({ ...red, enabled: false }, en).live.text).toBe('');
    expect(channelCard(sampleChannel(), en).live.text).toBe('');
  });

  it('mark a channel as in trouble although all its probes pass', () => {
    const channel = sampleChannel({ latest_models: [failing] });
    expect(matchesStatus(channel, 'trouble')).toBe(true);
    expect(matchesStatus(channel, 'healthy')).toBe(false);
    expect(sumUpChannels([channel]).trouble).toBe(1);
    expect(channelCard(channel, en)).toMatchObject({
      tone: 'warn',
      stateText: 'Live traffic failing',
      hasStateBadge: false,
    });
  });

  it('don’t mark the channel for a model that isn’t a chat model, which no probe could clear', () => {
    const embedding = sampleModel({ ...failing, success: false, error_kind: 'skipped' });
    const channel = sampleChannel({ latest_models: [{ ...embedding, skipped: true }] });
    expect(matchesStatus(channel, 'trouble')).toBe(false);
    expect(channelCard(channel, en).live.tone).toBe('warn');
  });

  it('are cleared when a probe of a run passes, not when it fails', () => {
    const channel = applyBreaker(sampleChannel({ latest_models: [failing] }), opened);
    const step = (success: boolean) =>
      applyProgress(channel, {
        target_id: 1,
        run_id: 7,
        total: 1,
        done: 1,
        probe: sampleModel({ success, timestamp: 2000 }),
      });
    expect(liveTrouble(firstModel(step(true)))).toBeNull();
    expect(liveTrouble(firstModel(step(false)))).toMatchObject({
      failures: 3,
      isBreakerOpen: true,
    });
  });
});

describe('an open breaker', () => {
  it('is shown before the failures that opened it are counted', () => {
    const model = firstModel(applyBreaker(sampleChannel(), opened));
    expect(liveTrouble(model)).toEqual({
      failures: 3,
      failedAt: 1990,
      error: 'HTTP 503',
      isBreakerOpen: true,
    });
    expect(modelRow(model, 2000, en).tone).toBe('bad');
  });

  it('is closed by its event; only the server changes the count', () => {
    const open = applyBreaker(sampleChannel({ latest_models: [failing] }), opened);
    const closed = applyBreaker(open, { ...opened, is_open: false });
    expect(liveTrouble(firstModel(closed))).toMatchObject({ failures: 3, isBreakerOpen: false });
  });

  it('is known from the list when the page opens', () => {
    const book = createChannelBook(() => {});
    const told = { failures: 4, error: 'HTTP 503', opened_at: 1990 };
    book.replaceAll([sampleChannel({ latest_models: [sampleModel({ open_breaker: told })] })]);
    expect(liveTrouble(firstModel(book.get(1)))).toMatchObject({
      failures: 4,
      isBreakerOpen: true,
    });
  });

  it('stays until a list has a later probe that passed', () => {
    const book = createChannelBook(() => {});
    book.put(sampleChannel());
    book.breaker(opened);
    book.replaceAll([sampleChannel()]);
    expect(firstModel(book.get(1)).breaker).toMatchObject({ failures: 3 });
    const later = sampleModel({ timestamp: 1995 });
    book.put(sampleChannel({ latest_models: [{ ...later, success: false }] }));
    expect(firstModel(book.get(1)).breaker).toMatchObject({ failures: 3 });
    book.put(sampleChannel({ latest_models: [later] }));
    expect(firstModel(book.get(1)).breaker).toBeFalsy();
  });

  it('changes nothing if the page does not know the channel or model', () => {
    const channel = sampleChannel();
    expect(applyBreaker(channel, { ...opened, model: 'other' })).toBe(channel);
    let changes = 0;
    const book = createChannelBook(() => {
      changes += 1;
    });
    book.breaker(opened);
    expect(changes).toBe(0);
  });
});
