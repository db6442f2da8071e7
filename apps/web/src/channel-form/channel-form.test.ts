import { formerPrompt } from '@api-monitor/core';
import { describe, expect, it } from 'vitest';
import { sampleChannel } from '../../test/sample-channel.ts';
import {
  choiceOf,
  chooseAll,
  chooseLastOk,
  chooseNone,
  pickerView,
  selectedModelsOf,
  toggleModel,
  withChosen,
} from '../channels/model-choice.ts';
import { translatorFor } from '../i18n/translate.ts';
import { bodyOf, emptyForm, faultsOf, formOf, shortenedUrl } from './channel-form.ts';
import { type CostPreview, costText } from './cost-text.ts';
import { createFormParts } from './form-parts.ts';
import { excludedText, matchesText } from './pattern-matches.ts';

const filled = { ...emptyForm, name: ' A ', base_url: 'https://a.example.com', api_key: 'sk-1' };
const stored = sampleChannel();

describe('the form', () => {
  it('sends what was filled in and leaves the rest to the server', () => {
    expect(bodyOf(filled)).toEqual({
      name: 'A',
      base_url: 'https://a.example.com',
      api_key: 'sk-1',
      source_url: null,
      enabled: true,
      verify_ssl: true,
      visitor_channel_actions_enabled: false,
      timeout_s: 30,
      max_models: 0,
      models: [],
      models_mode: 'both',
      exclude: [],
      model_aliases: [],
      tags: [],
      priority: 0,
      weight: 1,
      max_concurrency: 0,
      min_gap_ms: 0,
      body_overrides: [],
      price_multiplier: 1,
      unit_cost: 1,
      prices: [],
      balance_interval_min: 30,
      ask_usage: false,
      paths: [],
      dont_probe: [],
      traffic_proves: true,
      probe_requests_per_day: 0,
      probe_tokens_per_day: 0,
      first_token_timeout_s: 0,
      prompt: formerPrompt,
      proxy_url: null,
      ca_certificate: null,
      user_agent: null,
      headers: [],
    });
  });

  it('sends models and patterns as the lines that aren’t blank, each once', () => {
    const typed = { ...filled, models: ' a \n\nb\na', dont_probe: 'claude-*\n' };
    expect(bodyOf(typed)).toMatchObject({ models: ['a', 'b'], dont_probe: ['claude-*'] });
    expect(formOf(sampleChannel({ models: ['a', 'b'] })).models).toBe('a\nb');
  });

  it('sends tags as people separate them, and shows them between commas', () => {
    const typed = { ...filled, tags: 'cheap, EU，便宜 ,' };
    expect(bodyOf(typed).tags).toEqual(['cheap', 'EU', '便宜']);
    expect(formOf(sampleChannel({ tags: ['cheap', 'EU'] })).tags).toBe('cheap, EU');
  });

  it('sends each line of the rules, and shows them as lines', () => {
    const rules = { body_overrides: ['/a = 1', '-/b'], paths: ['chat = /v3/chat'] };
    const form = formOf(sampleChannel(rules));
    expect(form.body_overrides).toBe('/a = 1\n-/b');
    expect(bodyOf(form)).toMatchObject(rules);
  });

  it('unfolds the parts that have an error', () => {
    const parts = createFormParts();
    const folded = { ...parts.open };
    parts.unfoldFaulty({ name: 'x', weight: 'x', paths: '' });
    expect(parts.open).toEqual({ ...folded, gateway: true });
  });

  it('shows the question of old as none, and sends it for none', () => {
    expect(formOf(sampleChannel({ prompt: formerPrompt })).prompt).toBe('');
    expect(formOf(sampleChannel({ prompt: 'Who?' })).prompt).toBe('Who?');
    expect(bodyOf({ ...filled, prompt: ' ' }).prompt).toBe(formerPrompt);
  });

  it('never shows or sends the stored key', () => {
    expect(formOf(stored).api_key).toBe('');
    expect('api_key' in bodyOf(formOf(stored))).toBe(false);
  });

  it('finds a missing field, a wrong address and a wrong number', () => {
    expect(
      faultsOf({ ...emptyForm, base_url: 'ftp://x', interval_min: 'often' }, 'new', null),
    ).toEqual({
      name: { code: 'required' },
      base_url: { code: 'wrong_url' },
      api_key: { code: 'required' },
      interval_min: { code: 'wrong_type' },
    });
    expect(faultsOf(filled, 'new', null)).toEqual({});
    expect(faultsOf({ ...filled, source_url: 'javascript:x' }, 'new', null)).toEqual({
      source_url: { code: 'wrong_url' },
    });
  });

  it('asks for the key again if the address moves to another origin', () => {
    const moved = { ...formOf(stored), base_url: 'https://evil.example.com' };
    expect(faultsOf(moved, 'edit', stored)).toEqual({ api_key: { code: 'reenter_key' } });
    expect(faultsOf({ ...moved, api_key: 'sk-2' }, 'edit', stored)).toEqual({});
    const deeper = { ...formOf(stored), base_url: 'https://aurora.example.com/v2' };
    expect(faultsOf(deeper, 'edit', stored)).toEqual({});
    expect(faultsOf(formOf(stored), 'copy', stored)).toEqual({ api_key: { code: 'required' } });
  });
});

describe('the choice of models', () => {
  const available = [
    { model: 'a', success: true },
    { model: 'b', success: false },
    { model: 'c', success: null },
  ];

  it('is an empty list for all models, including future ones', () => {
    expect(selectedModelsOf(choiceOf([], available))).toEqual([]);
    expect(selectedModelsOf(chooseAll(available))).toEqual([]);
  });

  it('lists the chosen models, and is null if there are none', () => {
    expect(selectedModelsOf(chooseLastOk(available))).toEqual(['a']);
    expect(selectedModelsOf(toggleModel(chooseAll(available), 'b'))).toEqual(['a', 'c']);
    expect(selectedModelsOf(toggleModel(choiceOf(['a'], available), 'b'))).toEqual(['a', 'b']);
    expect(selectedModelsOf(chooseNone)).toBeNull();
  });

  it('still shows a chosen model that the channel no longer lists', () => {
    expect(withChosen(available, ['a', 'gone'])).toEqual([
      ...available,
      { model: 'gone', success: null },
    ]);
  });

  it('shows the models that match the search, and how many are chosen', () => {
    const en = translatorFor('en');
    const view = pickerView(available, choiceOf(['a', 'c'], available), 'A', en);
    expect(view.rows).toEqual([{ model: 'a', isChosen: true, tone: 'ok' }]);
    expect(view).toMatchObject({ countText: '2 of 3 models', canSave: true, moreText: '' });
    const none = pickerView(available, chooseNone, '', en);
    expect(none).toMatchObject({ countText: 'Choose at least one model, or all.', canSave: false });
    const many = Array.from({ length: 203 }, (_, index) => ({ model: `m${index}`, success: null }));
    expect(pickerView(many, chooseNone, '', en).moreText).toMatch(/^3 more/);
  });
});

describe('what a form says before it is saved', () => {
  const en = translatorFor('en');
  const perModel = { requests_per_day: 48, tokens_per_day: 1440 };
  const cost: CostPreview = {
    models: Array.from({ length: 25 }, (_, index) => `m${index}`),
    ...{ is_list_known: true, runs_per_day: 48, tokens_per_question: 30, is_measured: false },
    ...{ requests_per_day: 1200, tokens_per_day: 36_000, is_limited: false, per_model: perModel },
  };

  it('is what the checks will cost a day', () => {
    expect(costText(cost, en)).toBe(
      '25 models × 48 checks a day ≈ 1,200 requests, about 36,000 tokens a day.',
    );
    const limited = { ...cost, is_limited: true, requests_per_day: 500, tokens_per_day: 15_000 };
    expect(costText(limited, en)).toBe(
      '25 models × 48 checks a day, but the daily limit ends them after about 500 requests and 15,000 tokens.',
    );
  });

  it('is the cost of one model as long as nobody knows how many there are', () => {
    const unknown = { ...cost, models: [], is_list_known: false };
    expect(costText(unknown, en)).toMatch(/^Each model: 48 checks a day ≈ 48 requests/);
    expect(costText({ ...unknown, models: ['typed'] }, en)).toMatch(
      /^1 model × 48 .* Each model in/,
    );
  });

  it('is which of the known models a pattern matches', () => {
    const known = ['claude-a', 'claude-b', 'claude-c', 'claude-d', 'gpt'];
    expect(matchesText(['claude-*'], known, en)).toBe(
      'Matches claude-a, claude-b, claude-c and 1 more.',
    );
    expect(matchesText(['gpt'], known, en)).toBe('Matches gpt.');
    expect(matchesText(['o1*'], known, en)).toBe('Matches none of the known models.');
    expect(matchesText([], known, en)).toBe('');
    expect(excludedText(['claude-*'], known, en)).toBe('Leaves out 4 of 5 known models.');
    expect(excludedText(['claude-*'], [], en)).toBe('');
  });
});

it('a pasted endpoint is shown as the address that will be saved', () => {
  expect(shortenedUrl(' https://a.example/v1/messages ')).toBe('https://a.example');
  expect(shortenedUrl('https://a.example/team ')).toBe('');
  expect(shortenedUrl('a.example/v1/messages')).toBe('');
});
