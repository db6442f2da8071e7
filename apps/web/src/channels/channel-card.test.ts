import { describe, expect, it } from 'vitest';
import { sampleChannel, sampleModel, samplePoint } from '../../test/sample-channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import { channelCard, safeLink } from './channel-card.ts';
import { historyTip } from './history-tip.ts';
import { modelRow } from './model-row.ts';
import { sumUpChannels } from './sum-up-channels.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');
const failed = sampleModel({
  model: 'claude-opus-4',
  protocol: 'anthropic',
  success: false,
  error: 'HTTP 429: slow down',
  error_kind: 'rate_limit',
  state_since: 400,
  last_success_at: 400,
});
const skipped = sampleModel({ model: 'whisper-1', success: false, error_kind: 'skipped' });

describe('a card', () => {
  it('counts models by protocol and leaves skipped ones out of the rate', () => {
    const card = channelCard(
      sampleChannel({ latest_models: [sampleModel(), failed, skipped] }),
      en,
    );
    expect(card).toMatchObject({ rateText: '50%', countText: '1 of 2', skippedText: '1 skipped' });
    expect(card.protocols).toEqual([
      { protocol: 'openai', label: 'OpenAI', count: '1', failing: false },
      { protocol: 'anthropic', label: 'Anthropic', count: '0/1', failing: true },
    ]);
  });

  it('never rounds up to 100%', () => {
    const models = Array.from({ length: 2000 }, (_, index) => sampleModel({ model: `m${index}` }));
    const card = channelCard(sampleChannel({ latest_models: [...models, failed] }), en);
    expect(card.rateText).toBe('99.9%');
  });

  it('shows the progress of a run, and the time of the next run only once it has ended', () => {
    const running = sampleChannel({ running: true, run_progress: { total: 4, done: 1 } });
    expect(channelCard(running, en)).toMatchObject({
      progressText: '1 of 4 checked',
      progress: 0.25,
      nextRunAt: null,
    });
    expect(channelCard({ ...running, run_progress: null }, en).progressText).toBe(
      'Listing models…',
    );
    expect(channelCard(sampleChannel(), en).nextRunAt).toBe(2800);
  });

  it('says why the models could not be listed', () => {
    const down = sampleChannel({
      last_status: 'error',
      last_error: 'HTTP 401: no',
      latest_models: [],
    });
    expect(channelCard(down, zh)).toMatchObject({
      error: 'HTTP 401: no',
      tone: 'bad',
      rateText: '—',
    });
  });

  it('links only to http and https', () => {
    expect(safeLink('https://example.com/a')).toBe('https://example.com/a');
    expect(safeLink('javascript:alert(1)')).toBeNull();
    expect(safeLink('data:text/html,x')).toBeNull();
    expect(safeLink(null)).toBeNull();
  });
});

describe('a row', () => {
  it('describes a failure, and how long it has lasted', () => {
    expect(modelRow(failed, 4000, en)).toMatchObject({
      kindText: 'Rate limited',
      error: 'HTTP 429: slow down',
      sinceText: 'for 1 h · last healthy 1 hour ago',
      tone: 'bad',
    });
    expect(modelRow(failed, 4000, zh).kindText).toBe('被限流');
    expect(modelRow({ ...failed, last_success_at: null }, 4000, en).sinceText).toMatch(
      /never healthy$/,
    );
  });

  it('shows no latency for a model that was skipped', () => {
    expect(modelRow(skipped, 4000, en)).toMatchObject({
      latency: '—',
      tone: 'idle',
      sinceText: '',
    });
  });
});

describe('a tooltip', () => {
  it('shows the same text that screen readers get', () => {
    const tip = historyTip(
      samplePoint({ success: false, error: 'no', error_kind: 'auth', status_code: 401 }),
      en,
    );
    expect(tip.verdict).toBe('Access denied');
    expect(tip.facts.map((it) => it.value)).toEqual(['1.20 s', '300 ms', '401']);
    expect(tip.spoken).toMatch(
      /^Access denied, .+, Latency 1\.20 s, First token 300 ms, Status 401, no$/,
    );
  });
});

describe('the header', () => {
  it('counts channels and models, without those of paused channels', () => {
    const channels = [
      sampleChannel({
        id: 1,
        latest_models: [sampleModel(), failed, skipped],
        last_status: 'degraded',
      }),
      sampleChannel({ id: 2, last_run_at: 5000, running: true }),
      sampleChannel({ id: 3, enabled: false, latest_models: [failed], last_status: 'down' }),
      sampleChannel({ id: 4, last_run_at: null, last_status: null, latest_models: [] }),
    ];
    expect(sumUpChannels(channels)).toEqual({
      channels: 4,
      models: 3,
      healthy: 2,
      rate: 66.6,
      running: 1,
      trouble: 1,
      judged: 2,
      lastRunAt: 5000,
    });
  });
});
