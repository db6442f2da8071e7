import { channelFaultShape, type Evidence } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { describe, expect, it } from 'vitest';
import { failed, proven, sampleChannel, sampleModel } from '../../test/sample-channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import { applyEvidence, applyFault } from './apply-evidence.ts';
import { applyProgress } from './apply-progress.ts';
import type { Channel, LatestModel } from './channel.ts';
import { createChannelBook } from './channel-book.ts';
import { channelCard } from './channel-card.ts';
import { matchesStatus } from './filter-channels.ts';
import { modelRow } from './model-row.ts';
import { sumUpChannels } from './sum-up-channels.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');

/** Clients failed twice just now. */
const failing = proven('chat', {
  ...{ failures: 2, failing_since: 1988, found_at: 1990, rest_until: 1992 },
  ...{ error: 'HTTP 500', error_kind: 'upstream' },
});

function heard(evidence: Evidence) {
  return { target_id: 1, model: 'gpt-4o', evidence };
}

function firstModel(channel: Channel | undefined): LatestModel {
  const [model] = channel?.latest_models ?? [];
  if (!model) throw new Error('the channel has no model');
  return model;
}

describe('failures of clients’ requests', () => {
  const channel = applyEvidence(sampleChannel(), heard(failing));

  it('are in a line of the row, in both languages', () => {
    const row = modelRow(firstModel(channel), channel, 1991, en);
    expect(row).toMatchObject({
      ...{ tone: 'warn', state: 'ok', trouble: null },
      live: { countText: 'Live: 2 failures', failedAt: 1990, error: 'HTTP 500', retryAt: 1992 },
    });
    expect(modelRow(firstModel(channel), channel, 1991, zh).live?.countText).toMatch(/2 次$/);
    expect(modelRow(sampleModel(), channel, 1991, en).live).toBeNull();
  });

  it('mark the channel as in trouble although its checks passed', () => {
    expect(channelCard(channel, en)).toMatchObject({
      ...{ tone: 'warn', stateText: 'Live traffic failing', hasStateBadge: false },
      liveText: 'Live traffic failing: 1 model',
    });
    expect(channelCard({ ...channel, enabled: false }, en).liveText).toBe('');
    expect(matchesStatus(channel, 'trouble')).toBe(true);
    expect(sumUpChannels([channel]).trouble).toBe(1);
  });

  it('on one route leave the model served on the others', () => {
    const both = sampleChannel({
      latest_models: [sampleModel({ evidence: [proven('chat'), proven('anthropic')] })],
    });
    const after = applyEvidence(both, heard({ ...failing, route: 'anthropic' }));
    expect(firstModel(after).headline).toMatchObject({ route: 'chat', rest: 'none' });
    const { routes } = modelRow(firstModel(after), after, 1991, en);
    expect(routes.map(({ mark }) => mark)).toEqual(['proven', 'resting']);
  });

  it('become a failure of the model after enough of them, and end with a real answer', () => {
    const dead = applyEvidence(channel, heard(failed({ found_at: 1995 })));
    expect(channelCard(dead, en)).toMatchObject({ state: 'down', countText: '0 of 1' });
    const back = applyEvidence(dead, heard(proven('chat', { found_at: 1999, proved_at: 1999 })));
    expect(channelCard(back, en)).toMatchObject({ state: 'healthy', liveText: '' });
  });

  it('end when a check of a run passes, not when it fails', () => {
    const step = (success: boolean) => {
      const probe = sampleModel({
        success,
        timestamp: 2000,
        error_kind: success ? null : 'timeout',
      });
      return applyProgress(channel, { target_id: 1, run_id: 7, total: 1, done: 1, probe });
    };
    expect(firstModel(step(true)).headline).toMatchObject({ state: 'proven', rest: 'none' });
    expect(firstModel(step(false)).headline).toMatchObject({ state: 'failed' });
  });
});

describe('what was heard', () => {
  it('is not undone by a list from before', () => {
    const book = createChannelBook(() => {});
    book.put(sampleChannel());
    book.evidence(heard(failing));
    book.replaceAll([sampleChannel()]);
    expect(firstModel(book.get(1)).headline.rest).toBe('resting');
    const later = sampleModel({ evidence: [proven('chat', { found_at: 1995, proved_at: 1995 })] });
    book.put(sampleChannel({ latest_models: [later] }));
    expect(firstModel(book.get(1)).headline.rest).toBe('none');
  });

  it('is ignored if a later finding is known, or the page doesn’t know the model', () => {
    const channel = applyEvidence(sampleChannel(), heard(failing));
    const after = applyEvidence(channel, heard(proven('chat', { found_at: 1500 })));
    expect(firstModel(after).evidence).toEqual([failing]);
    expect(applyEvidence(channel, { ...heard(failing), model: 'other' })).toBe(channel);
    const changes = { count: 0 };
    const book = createChannelBook(() => {
      changes.count += 1;
    });
    book.evidence(heard(failing));
    expect(changes.count).toBe(0);
  });
});

describe('a fault of the whole channel', () => {
  const fault = { ...sampleOf(channelFaultShape), kind: 'quota', found_at: 1990 } as const;
  const told = { target_id: 1, fault, at: 1990 };

  it('withdraws every proof at once, and gives them back when it ends', () => {
    const two = sampleChannel({ latest_models: [sampleModel(), sampleModel({ model: 'z' })] });
    const broken = applyFault(two, told);
    expect(channelCard(broken, en)).toMatchObject({ state: 'fault', countText: '0 of 2' });
    const back = applyFault(broken, { target_id: 1, fault: null, at: 1999 });
    expect(channelCard(back, en)).toMatchObject({ state: 'healthy', countText: '2 of 2' });
  });

  it('is not ended by older news', () => {
    const broken = applyFault(sampleChannel(), told);
    expect(applyFault(broken, { target_id: 1, fault: null, at: 1980 })).toBe(broken);
  });

  it('ends when a model of a run answers', () => {
    const broken = applyFault(sampleChannel(), told);
    const probe = sampleModel({ timestamp: 2000 });
    const after = applyProgress(broken, { target_id: 1, run_id: 7, total: 1, done: 1, probe });
    expect(after.fault).toBeNull();
  });
});
