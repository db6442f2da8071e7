import { channelFaultShape, type Evidence } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { describe, expect, it } from 'vitest';
import {
  failed,
  proven,
  sampleChannel,
  sampleEvidence,
  sampleModel,
  samplePoint,
} from '../../test/sample-channel.ts';
import { translatorFor } from '../i18n/translate.ts';
import type { Channel } from './channel.ts';
import { channelCard, safeLink } from './channel-card.ts';
import { type Mark, routeChips } from './evidence-mark.ts';
import { historyTip } from './history-tip.ts';
import { modelRow } from './model-row.ts';
import { sumUpChannels } from './sum-up-channels.ts';
import { channelProblem } from './wording/channel-problem.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');
const failing = sampleModel({
  model: 'claude-opus-4',
  protocol: 'anthropic',
  evidence: [
    failed({ route: 'anthropic', error: 'HTTP 429: slow down', error_kind: 'rate_limit' }),
  ],
  last_success_at: 400,
});
const skipped = sampleModel({
  ...{ model: 'whisper-1', plan: 'skipped', evidence: [], success: false, error_kind: 'skipped' },
});
const on = { fault: null, interval_min: 30 };

describe('a card', () => {
  it('counts models by protocol and leaves skipped ones out of the rate', () => {
    const card = channelCard(
      sampleChannel({ latest_models: [sampleModel(), failing, skipped] }),
      en,
    );
    expect(card).toMatchObject({
      rateText: '50%',
      countText: '1 of 2',
      skippedText: '1 unchecked',
    });
    expect(card.protocols).toEqual([
      { protocol: 'openai', label: 'OpenAI', count: '1', failing: false },
      { protocol: 'anthropic', label: 'Anthropic', count: '0/1', failing: true },
    ]);
  });

  it('says how many keys work, and to admins which of them don’t', () => {
    const key = {
      ...({ name: 'spare', state: 'failed', proved_at: null, error_kind: 'quota' } as const),
      ...{ error: 'no credit', status: 402, since: 1, rest_until: 99 },
    };
    const key_counts = { total: 4, enabled: 3, usable: 2 };
    expect(channelCard(sampleChannel({ key_counts, key_states: [key] }), en)).toMatchObject({
      ...{ keysText: '2 of 3 keys work', areKeysShort: true },
      brokenKeys: [{ name: 'spare', error: 'no credit', restUntil: 99, tone: 'bad' }],
    });
    const all = { ...key_counts, usable: 3 };
    expect(channelCard(sampleChannel({ key_counts: all }), zh)).toMatchObject({
      ...{ keysText: '3 个密钥', areKeysShort: false, brokenKeys: [] },
    });
    expect(channelCard(sampleChannel(), en).keysText).toBe('');
  });

  it('never rounds up to 100%', () => {
    const models = Array.from({ length: 2000 }, (_, index) => sampleModel({ model: `m${index}` }));
    const card = channelCard(sampleChannel({ latest_models: [...models, failing] }), en);
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

  it('says what checks cost today, and how much of it a budget allows', () => {
    const used = { probe_requests_today: 1200, probe_tokens_today: 20_000 };
    expect(channelCard(sampleChannel(used), en).usageText).toBe(
      'Checks today: 1,200 requests, 20,000 tokens',
    );
    const limited = sampleChannel({ ...used, probe_requests_per_day: 2000 });
    expect(channelCard(limited, en).usageText).toMatch(/1,200 of 2,000 requests, 20,000 tokens$/);
  });

  it('counts a model that vanished from the list as gone, not as failing', () => {
    const gone = sampleModel({ model: 'old', gone_at: 900, evidence: [failed()] });
    const card = channelCard(sampleChannel({ latest_models: [sampleModel(), gone] }), en);
    expect(card).toMatchObject({ countText: '1 of 1', goneText: '1 gone', tone: 'ok' });
    expect(modelRow(gone, on, 4000, en)).toMatchObject({ tone: 'idle', trouble: null });
    expect(modelRow(gone, on, 4000, en).goneText).toMatch(/^gone from the list since /);
    const wasProven = sampleModel({ model: 'old', gone_at: 900, evidence: [proven()] });
    expect(modelRow(wasProven, on, 1000, en).routes).toMatchObject([
      { name: 'Chat', mark: 'gone', tone: 'idle', isCalm: true },
    ]);
  });

  it('counts the models that answered wrongly', () => {
    const wrong = sampleModel({ evidence: [proven('chat', { is_wrong_answer: true })] });
    const latest_models = [sampleModel(), wrong];
    const card = channelCard(sampleChannel({ latest_models }), en);
    expect(card).toMatchObject({ wrongText: 'Wrong answers: 1 model', rateText: '100%' });
    expect(channelCard(sampleChannel(), en).wrongText).toBe('');
    const paused = channelCard(sampleChannel({ latest_models, enabled: false }), en);
    expect(paused.wrongText).toBe('');
  });

  it('says which wire formats it is set not to serve', () => {
    const unserved = sampleChannel({ paths: ['chat = /c', 'anthropic = none', 'list = none'] });
    expect(channelCard(unserved, en).unservedText).toBe('Not served (set): Messages.');
    expect(channelCard(sampleChannel({}), en).unservedText).toBe('');
  });

  it('says how many checks at a time a channel bears, if it complained of more', () => {
    expect(channelCard(sampleChannel(), en).concurrencyText).toBe('');
    const set = sampleChannel({ probe_concurrency: 2, max_concurrency: 4 });
    expect(channelCard(set, en).concurrencyText).toBe(
      'At most 4 checks and clients at a time, as you have set.',
    );
    expect(channelCard(sampleChannel({ probe_concurrency: 2 }), en).concurrencyText).toBe(
      'At most 2 checks at a time, because the channel refused more.',
    );
  });

  it('shows what is left at the channel, in red only if it is low', () => {
    const known: Channel['balance'] = {
      ...({ amount: 12.5, unit: 'USD', unlimited: false, at: 1000, source: 'new_api' } as const),
      ...{ days_left: 5.5, expires_at: null, multipliers: [], is_low: false },
    };
    expect(channelCard(sampleChannel(), en).balance).toBeNull();
    expect(channelCard(sampleChannel({ balance: known }), en).balance).toMatchObject({
      ...{ text: '$12.50 · 5 days left', isLow: false },
    });
    const low = sampleChannel({ balance: { ...known, amount: 0, days_left: 0, is_low: true } });
    expect(channelCard(low, en).balance).toMatchObject({
      ...{ text: '$0.00 · used up', isLow: true },
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
    expect(modelRow(failing, on, 4000, en)).toMatchObject({
      trouble: {
        kindText: 'Rate limited',
        error: 'HTTP 429: slow down',
        sinceText: 'for 1 h · last healthy 1 hour ago',
      },
      tone: 'bad',
    });
    expect(modelRow(failing, on, 4000, zh).trouble?.kindText).toBe('被限流');
    const limited = { ...failing, error_kind: 'rate_limit', status_code: 429 } as const;
    expect(modelRow(limited, on, 4000, en).trouble?.kindText).toBe('Rate limited (429)');
    const inOk = { ...limited, status_code: 200 };
    expect(modelRow(inOk, on, 4000, en).trouble?.kindText).toBe('Rate limited');
    const never = { ...failing, last_success_at: null };
    expect(modelRow(never, on, 4000, en).trouble?.sinceText).toMatch(/never healthy$/);
  });

  it('shows no latency for a model that was skipped', () => {
    expect(modelRow(skipped, on, 4000, en)).toMatchObject({
      latency: '—',
      tone: 'idle',
      trouble: null,
      ...{ purposeText: 'Transcription', markText: 'not checked' },
    });
  });

  it('works although one of its routes fails, and warns of a wrong answer', () => {
    const both = sampleModel({ evidence: [proven('chat'), failed({ route: 'anthropic' })] });
    expect(modelRow(both, on, 1100, en)).toMatchObject({ tone: 'ok', trouble: null });
    const wrong = sampleModel({ evidence: [proven('chat', { is_wrong_answer: true })] });
    expect(modelRow(wrong, on, 1100, en).tone).toBe('warn');
  });
});

describe('a chip', () => {
  const marksAt = (nowS: number, evidence: Evidence[], fault: Channel['fault'] = null) =>
    routeChips({ plan: 'probed', evidence, gone_at: null }, { ...on, fault }, nowS, en).map(
      ({ mark }) => mark,
    );

  it.each<[Mark, Evidence]>([
    ['proven', proven()],
    ['traffic', proven('chat', { proved_by: 'traffic' })],
    ['stale', proven('chat', { proved_at: 1000 - 7200 })],
    ['wrong', proven('chat', { is_wrong_answer: true })],
    ['resting', proven('chat', { failures: 2, rest_until: 1005 })],
    ['failed', failed()],
    ['refused', sampleEvidence({ state: 'refused', found_at: 900, rest_until: 80_000 })],
    ['unprovable', sampleEvidence({ state: 'unprovable', found_at: 900 })],
  ])('reads %s', (mark, entry) => {
    expect(marksAt(1000, [entry])).toEqual([mark]);
  });

  it('of a refusal that is over reads as never asked', () => {
    const refused = sampleEvidence({ state: 'refused', found_at: 900, rest_until: 1000 });
    expect(marksAt(1001, [refused])).toEqual(['unproven']);
  });

  it('is withdrawn while the whole channel is at fault', () => {
    const fault = { ...sampleOf(channelFaultShape), kind: 'quota' as const };
    expect(marksAt(1000, [proven()], fault)).toEqual(['failed']);
  });

  it('says since when, by what, how fast and when it is tried again', () => {
    const [chip] = routeChips(
      {
        plan: 'probed',
        gone_at: null,
        evidence: [proven('anthropic', { proved_by: 'traffic', first_token_s: 0.42 })],
      },
      on,
      1000,
      en,
    );
    expect(chip?.title).toMatch(
      /^Messages: proven by traffic · since .+ · last proven by a client’s request, .+ · first token after 420 ms$/,
    );
    const [resting] = routeChips(
      {
        plan: 'probed',
        gone_at: null,
        evidence: [proven('chat', { failures: 2, rest_until: 1005 })],
      },
      on,
      1000,
      en,
    );
    expect(resting?.title).toMatch(/paused until \d+:\d\d:\d\d$/);
  });
});

describe('a tooltip', () => {
  it('shows the same text that screen readers get', () => {
    const tip = historyTip(
      samplePoint({ success: false, error: 'no', error_kind: 'auth', status_code: 401 }),
      en,
    );
    expect(tip.verdict).toBe('Key refused');
    expect(tip.facts.map((it) => it.value)).toEqual(['1.20 s', '300 ms', '401']);
    expect(tip.spoken).toMatch(
      /^Key refused, .+, Latency 1\.20 s, First token 300 ms, Status 401, no$/,
    );
  });
});

describe('a problem of the channel', () => {
  const refusal = { kind: 'auth', error: 'HTTP 401: no', status: 401 } as const;
  const fault = { ...sampleOf(channelFaultShape), ...refusal };

  it('is a fault by its kind, with the provider’s own words and the field to mend', () => {
    const channel = sampleChannel({ fault });
    expect(channelProblem(channel, en)).toMatchObject({
      ...{ level: 'fault', tone: 'bad', title: 'Key refused (401)', words: 'HTTP 401: no' },
      remedy: 'api_key',
    });
    expect(channelProblem(channel, zh)?.title).toBe('密钥被拒绝（401）');
    expect(channelCard(channel, en)).toMatchObject({ state: 'fault', tone: 'bad' });
    const dead = sampleChannel({ fault: { ...sampleOf(channelFaultShape), kind: 'network' } });
    expect(channelProblem(dead, en)).toMatchObject({
      ...{ title: 'No connection', remedy: 'base_url' },
    });
    expect(channelProblem({ ...channel, enabled: false }, en)).toBeNull();
  });

  it('isn’t that it had too many requests for a moment, because its proofs hold', () => {
    const busy = sampleChannel({ fault: { ...fault, kind: 'rate_limit', status: 429 } });
    expect(channelProblem(busy, en)).toBeNull();
    expect(channelCard(busy, en)).toMatchObject({ state: 'healthy', tone: 'ok' });
  });

  it('is a failed list, which says whether models were checked all the same', () => {
    const listed = { last_error: 'HTTP 502: bad', last_error_kind: 'upstream' } as const;
    expect(channelProblem(sampleChannel(listed), en)).toMatchObject({
      ...{ level: 'list', tone: 'warn', text: 'The known models were checked all the same.' },
      title: 'List of models failed: Provider error',
    });
    expect(channelCard(sampleChannel(listed), en).state).toBe('list_failed');
    const none = sampleChannel({ ...listed, last_status: 'error', latest_models: [] });
    expect(channelProblem(none, en)).toMatchObject({
      tone: 'bad',
      title: 'Provider error',
    });
    expect(channelCard(none, en)).toMatchObject({ state: 'error', tone: 'bad' });
  });

  it('isn’t a fault if the channel has no list but models typed by hand', () => {
    const listless = sampleChannel({ last_error: 'HTTP 404', last_error_kind: 'not_found' });
    expect(channelProblem(listless, en)).toMatchObject({
      ...{ level: 'note', title: 'The channel has no list of models', remedy: 'models' },
    });
    expect(channelCard(listless, en).state).toBe('healthy');
  });

  it('isn’t that only certain programs are let in', () => {
    const gate = { state: 'unprovable', found_at: 900 } as const;
    const gated = sampleModel({ evidence: [sampleEvidence(gate)] });
    const channel = sampleChannel({ latest_models: [gated], last_status: 'no_models' });
    expect(channelCard(channel, en)).toMatchObject({ state: 'unprovable', tone: 'idle' });
  });

  it('may be a mere note of the last run', () => {
    const note = sampleChannel({ last_error: '3 models not asked: the budget is used up' });
    expect(channelProblem(note, en)).toMatchObject({ level: 'note', tone: 'idle', remedy: null });
    expect(channelProblem(sampleChannel(), en)).toBeNull();
  });
});

describe('the header', () => {
  it('counts channels and models, without those of paused channels', () => {
    const channels = [
      sampleChannel({
        id: 1,
        latest_models: [sampleModel(), failing, skipped],
        last_status: 'degraded',
      }),
      sampleChannel({ id: 2, last_run_at: 5000, running: true }),
      sampleChannel({ id: 3, enabled: false, latest_models: [failing], last_status: 'down' }),
      sampleChannel({ id: 4, last_run_at: null, last_status: null, latest_models: [] }),
    ];
    expect(sumUpChannels(channels)).toEqual({
      channels: 4,
      models: 3,
      healthy: 2,
      rate: 66.66,
      running: 1,
      trouble: 1,
      judged: 2,
      lastRunAt: 5000,
    });
  });
});
