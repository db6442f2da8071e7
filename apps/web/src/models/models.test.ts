import { describe, expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { modelCard, offerLine } from './model-card.ts';
import {
  filterModels,
  type Offer,
  type OfferedModel,
  readModelsAddress,
  stateOfModel,
  writeModelsAddress,
} from './offered-model.ts';

const en = translatorFor('en');

function offer(given: Partial<Offer> = {}): Offer {
  return {
    rank: 1,
    target_id: 1,
    target_name: 'Aurora',
    refused: null,
    is_alive: true,
    is_fresh: true,
    proved_at: 1000,
    proof_age_s: 10,
    first_byte_s: 0.3,
    breaker: 'closed',
    live_failures: 0,
    live_error: null,
    probe_error: null,
    enabled: true,
    skipped: false,
    latency_s: 1,
    first_token_s: 0.3,
    output_tokens_per_s: 40,
    state_since: 100,
    last_success_at: 1000,
    error_kind: null,
    ...given,
  };
}

const dead = offer({
  rank: null,
  target_id: 2,
  target_name: 'Tokyo',
  refused: 'its latest probe failed',
  is_alive: false,
  probe_error: 'HTTP 429',
  error_kind: 'rate_limit',
  first_byte_s: null,
});

function model(channels: Offer[], given: Partial<OfferedModel> = {}): OfferedModel {
  const chosen = channels.find((it) => it.rank === 1)?.target_id ?? null;
  return { model: 'gpt-4o', protocol: 'openai', chosen_target_id: chosen, channels, ...given };
}

const told = { policy: 'latency', bare_models: true } as const;

describe('a model', () => {
  it('is alive, partly alive or dead, depending on the channels that may be chosen', () => {
    expect(stateOfModel(model([offer()]))).toBe('alive');
    expect(stateOfModel(model([offer(), dead]))).toBe('partly');
    expect(stateOfModel(model([dead]))).toBe('dead');
    expect(stateOfModel(model([offer({ skipped: true, is_alive: null })]))).toBe('idle');
  });

  it('says what the gateway would choose, and why', () => {
    const one = model([offer(), dead]);
    expect(modelCard(one, told, en)).toMatchObject({
      chosenName: 'Aurora',
      why: 'proven, and fastest: 300 ms to the first byte',
      fastest: '300 ms',
      aliveText: '1 of 2',
    });
    expect(one.channels.map((it) => offerLine(it, one, 4000, en))).toMatchObject([
      { rankText: '1', isChosen: true, tone: 'ok', sinceText: 'for 1 h', error: '' },
      { rankText: '', tone: 'bad', stateText: 'Rate limited', error: 'HTTP 429' },
    ]);
  });

  it('says why nothing is chosen', () => {
    expect(modelCard(model([dead]), told, en).why).toBe('No channel is available now');
    const pinned = modelCard(
      model([offer()], { chosen_target_id: null }),
      { ...told, bare_models: false },
      en,
    );
    expect(pinned.why).toBe('Only as channel/model');
  });

  it('shows failing traffic although its checks pass', () => {
    const failing = offer({
      breaker: 'open',
      rank: null,
      live_failures: 3,
      live_error: 'HTTP 500',
    });
    expect(offerLine(failing, model([failing]), 4000, en)).toMatchObject({
      tone: 'warn',
      reason: 'live traffic failed: breaker open',
      error: 'HTTP 500',
    });
  });
});

it('a search looks at models and channels', () => {
  const models = [model([offer()]), model([dead], { model: 'o1' })];
  const names = (query: string, state: 'all' | 'dead' = 'all') =>
    filterModels(models, { query, state }).map((it) => it.model);
  expect(names('tokyo')).toEqual(['o1']);
  expect(names('GPT aur')).toEqual(['gpt-4o']);
  expect(names('', 'dead')).toEqual(['o1']);
});

it('the address keeps the search and the open models', () => {
  const search = '?q=gpt&state=partly&open=a%2Fb&open=c';
  expect(writeModelsAddress(readModelsAddress(search))).toBe(search);
  expect(writeModelsAddress(readModelsAddress('?state=odd'))).toBe('');
});
