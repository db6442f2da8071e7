import { describe, expect, it } from 'vitest';
import { modelsTexts } from '../i18n/models-texts.ts';
import { translatorFor } from '../i18n/translate.ts';
import { modelCard, whyFirst } from './model-card.ts';
import { offerLine } from './offer-line.ts';
import {
  filterModels,
  type Offer,
  type OfferedModel,
  readModelsAddress,
  type ServedFilter,
  writeModelsAddress,
} from './offered-model.ts';

const en = translatorFor('en', modelsTexts);
const zh = translatorFor('zh', modelsTexts);

function offer(given: Partial<Offer> = {}): Offer {
  return {
    ...{ rank: 1, target_id: 1, target_name: 'Aurora', model: 'gpt-4o' },
    ...{ priority: 0, weight: 1, share: 1, refused: null, refused_code: null },
    ...{ evidence_state: 'proven', rest: 'none', retry_at: null, error_kind: null, error: null },
    ...{ channel_busy_until: null, keys: null, price: null, estimated_cost: null },
    ...{ is_wrong_answer: false, is_alive: true, is_fresh: true, proved_at: 1000, proof_age_s: 10 },
    ...{ first_byte_s: 0.3, breaker: 'closed', live_failures: 0, live_error: null },
    ...{ probe_error: null, enabled: true, skipped: false, is_servable: true },
    routes_proven: ['chat'],
    headline: {
      ...{ state: 'proven', route: 'chat', rest: 'none', retry_at: null, since: 100 },
      ...{ proved_at: 1000, proved_by: 'probe', is_wrong_answer: false, is_channel_fault: false },
      ...{ error_kind: null, error: null },
    },
    ...{ latency_s: 1, first_token_s: 0.3, output_tokens_per_s: 40, state_since: 100 },
    last_success_at: 1000,
    ...given,
  };
}

const dead = offer({
  ...{ rank: null, target_id: 2, target_name: 'Tokyo', is_servable: false, routes_proven: [] },
  ...{ refused: 'its latest probe failed', refused_code: 'probe_failed' },
  ...{ evidence_state: 'failed', rest: 'resting', retry_at: 4030, first_byte_s: null },
  ...{ error: 'HTTP 429', error_kind: 'rate_limit' },
});

function model(channels: Offer[], given: Partial<OfferedModel> = {}): OfferedModel {
  const chosen = channels.find((it) => it.rank === 1)?.target_id ?? null;
  return {
    ...{ model: 'gpt-4o', names: [], protocol: 'openai', route: 'chat', served_by: 'all' },
    ...{ chosen_target_id: chosen, shared_by: 1, channels },
    ...given,
  };
}

const told = {
  policy: 'latency',
  bare_models: true,
  currency: 'USD',
  estimate: { input_tokens: 4000, output_tokens: 500 },
} as const;

function lineOf(candidate: Offer, isChosen = false) {
  return offerLine(
    { candidate, offer: candidate, model: 'gpt-4o', isChosen, nowS: 4000, told },
    en,
  );
}

describe('a model', () => {
  it('is named after its wire format, or after what it is made for', () => {
    const labelOf = (given: Partial<OfferedModel>) =>
      modelCard(model([offer()], given), told, en).routeText;
    expect(labelOf({ route: 'anthropic' })).toBe('Messages');
    expect(labelOf({ model: 'whisper-1', route: 'transcriptions' })).toBe('Transcription');
    expect(labelOf({ model: 'sora-2', route: 'chat' })).toBe('Video');
  });

  it.each([
    ['all', 'ok'],
    ['some', 'warn'],
    ['none', 'bad'],
    ['untold', 'idle'],
  ] as const)('that is served by %s of its channels is %s', (served_by, tone) => {
    expect(modelCard(model([offer()], { served_by }), told, en).tone).toBe(tone);
  });

  it('that has several names says them, and counts a channel once', () => {
    const own = { model: 'openai/gpt-4o', rank: 2 };
    const group = model([offer(), offer(own)], { names: ['openai/gpt-4o'] });
    expect(modelCard(group, told, en)).toMatchObject({
      alsoText: 'also openai/gpt-4o',
      servedText: '1 of 1',
    });
    expect(lineOf(offer(own))).toMatchObject({
      ownName: 'openai/gpt-4o',
      href: '/viewer.html?target_id=1&model=openai%2Fgpt-4o',
    });
    expect(lineOf(offer()).ownName).toBe('');
  });

  it('says what the gateway would choose, and why', () => {
    expect(modelCard(model([offer(), dead]), told, en)).toMatchObject({
      chosenName: 'Aurora',
      why: 'the only channel that can serve it',
      fastest: '300 ms',
      servedText: '1 of 2',
    });
  });

  it('counts only channels of which it is known whether they serve it, as its state does', () => {
    const unprovable = offer({ ...{ target_id: 2, is_servable: false, routes_proven: [] } });
    unprovable.headline = { ...unprovable.headline, state: 'unprovable' };
    expect(modelCard(model([offer(), unprovable]), told, en)).toMatchObject({
      tone: 'ok',
      servedText: '1 of 1',
    });
  });

  it('is the fastest only among several', () => {
    const two = model([offer(), offer({ rank: 2, target_id: 2, first_byte_s: 0.9 })]);
    expect(modelCard(two, told, en).why).toBe('proven, and the fastest: first token after 300 ms');
  });

  it('says how many channels share it', () => {
    const shared = model([offer()], { shared_by: 6 });
    expect(modelCard(shared, told, en).why).toMatch(/shared among 6$/);
    expect(modelCard(shared, told, zh).why).toMatch(/由 6 个渠道分担$/);
    expect(modelCard(shared, { ...told, policy: 'round-robin' }, en).why).toMatch(/in turn$/);
  });

  it('says why nothing is chosen', () => {
    expect(modelCard(model([dead]), told, en).why).toBe(
      'No channel can serve it: it failed and must be proven again',
    );
    const pinned = modelCard(
      model([offer()], { chosen_target_id: null }),
      { ...told, bare_models: false },
      en,
    );
    expect(pinned.why).toMatch(/^Only as channel\/model/);
  });

  it('has a preferred channel, which need not be the fastest', () => {
    const preferred = offer({ priority: 1, first_byte_s: 2 });
    const others = [offer({ rank: 2, target_id: 3 }), offer({ rank: 3, target_id: 4 })];
    expect(modelCard(model([preferred, ...others]), told, en).why).toBe(
      'proven, and of the highest priority',
    );
    const weighted = { ...told, policy: 'weighted' } as const;
    expect(modelCard(model(others, { shared_by: 2 }), weighted, en).why).not.toMatch(/weight/);
    const shared = model([offer(), ...others], { shared_by: 3 });
    expect(modelCard(shared, weighted, en).why).toBe('proven: shared among 3, by weight');
  });

  it.each([
    [{ is_fresh: false }, 'its proof is old, but no channel has a newer one'],
    [{ is_wrong_answer: true }, 'it answers, but its last answer was wrong'],
    [{ rest: 'half_open' }, 'it failed just now, and the next request is a trial'],
    [{ evidence_state: 'unproven' }, 'proven in another format, never asked in this one'],
  ] as const)('tells how good the first channel’s proof is: %o', (given, why) => {
    const shares = { sharedBy: 3, ranked: 3, isPreferred: false };
    expect(whyFirst(offer(given), shares, told, en)).toBe(why);
  });
});

describe('a channel’s row', () => {
  it('says its priority, and its share if it has to share', () => {
    expect(lineOf(offer()).reason).toBe('proven');
    expect(lineOf(offer({ priority: 5, share: 0.6 })).reason).toBe(
      'proven · priority 5 · first for 60 % of the requests',
    );
    expect(lineOf({ ...dead, priority: 5, share: 0 }).reason).not.toContain('priority');
  });

  it('has its place and the formats that are proven', () => {
    const chosen = { rankText: '1', isChosen: true, tone: 'ok', reason: 'proven', error: '' };
    expect(lineOf(offer({ routes_proven: ['chat', 'anthropic'] }), true)).toMatchObject({
      ...chosen,
      routes: ['Chat', 'Messages'],
    });
  });

  it('says why it is refused, by the code, and when it is tried again', () => {
    const line = lineOf(dead);
    expect(line).toMatchObject({ rankText: '', tone: 'bad', error: 'HTTP 429' });
    expect(line.reason).toMatch(
      /^it failed and must be proven again · Rate limited · asked again \d+:\d\d:\d\d/,
    );
  });

  it('says once that its channel is busy, and until when', () => {
    const busy = { ...dead, channel_busy_until: 4030.4 };
    expect(lineOf(busy).reason.match(/rate limited/gi)).toHaveLength(1);
    expect(lineOf(busy).reason).not.toContain('asked again');
    expect(lineOf({ ...busy, retry_at: 4090 }).reason).toContain('asked again');
  });

  it('of a route that the channel refuses is not a failure of the model', () => {
    const refused = offer({
      ...{ rank: null, evidence_state: 'refused', refused_code: 'route_refused' },
      ...{ retry_at: 90_000, error_kind: 'not_found' },
    });
    expect(lineOf(refused)).toMatchObject({ tone: 'idle' });
    expect(lineOf(refused).reason).toMatch(/^the channel doesn’t serve it in this format · asked/);
  });
});

it('a search looks at models and channels', () => {
  const models = [model([offer()]), model([dead], { model: 'o1', served_by: 'none' })];
  const names = (query: string, state: ServedFilter = 'any') =>
    filterModels(models, { query, state, sort: 'name' }).map((it) => it.model);
  expect(names('tokyo')).toEqual(['o1']);
  expect(names('GPT aur')).toEqual(['gpt-4o']);
  expect(names('', 'none')).toEqual(['o1']);
});

describe('the cheapest working channel', () => {
  const price = { source: 'table', multiplier: 0.5, input: 1.25, output: 5 } as const;
  const cheap = { price, estimated_cost: 0.0075 };
  const broken = { ...dead, estimated_cost: 0.001 };
  const two = model([offer(), offer({ rank: 2, target_id: 3, target_name: 'Cheap', ...cheap })]);

  it('is named with what it takes, and is one that works', () => {
    expect(modelCard(two, told, en)).toMatchObject({
      ...{ cheapest: '$0.0075', cheapestText: 'request on Cheap' },
    });
    expect(modelCard(model([offer(cheap), broken]), told, zh).cheapestText).toBe(
      '典型请求，Aurora',
    );
    expect(modelCard(model([offer(), broken]), told, en).cheapest).toBe('');
    expect(lineOf(offer(cheap))).toMatchObject({
      price: '$1.25 / $5.00',
      priceNote: [
        'input $1.25, output $5.00 per million tokens',
        'the price table × 0.5',
        'for a request of 4,000 tokens with an answer of 500: $0.0075',
      ].join('\n'),
    });
  });

  it('is why a channel is tried first by price, if the reader may know', () => {
    const byPrice = { ...told, policy: 'price' } as const;
    const shares = { sharedBy: 1, ranked: 2, isPreferred: false };
    expect(whyFirst(offer(cheap), shares, byPrice, en)).toBe(
      'proven, and the cheapest: $0.0075 for a typical request',
    );
    expect(whyFirst(offer(), shares, byPrice, en)).toBe('proven');
  });

  it('sorts the models, those without a price last', () => {
    const models = [model([offer()], { model: 'unknown' }), two];
    models.push(model([offer({ estimated_cost: 0.001 })], { model: 'cheaper' }));
    const sorted = filterModels(models, { query: '', state: 'any', sort: 'price' });
    expect(sorted.map((one) => one.model)).toEqual(['cheaper', 'gpt-4o', 'unknown']);
  });
});

it('the address keeps the search and the open models', () => {
  const search = '?q=gpt&state=some&sort=price&open=a%2Fb&open=c';
  expect(writeModelsAddress(readModelsAddress(search))).toBe(search);
  expect(writeModelsAddress(readModelsAddress('?state=odd'))).toBe('');
});
