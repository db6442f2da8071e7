import { localDaysOf } from '@api-monitor/core';
import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import type { Group } from './requests-address.ts';
import { spanStart, sumTotals, type Total, timeBars, totalLines } from './totals.ts';

const en = translatorFor('en');
const hour = 3600;
const nowS = 500_000 * hour + 1800;
const dayOf = localDaysOf('Europe/Berlin');

const by = (group: Group) => ({ group, currency: 'USD' });

function total(given: Partial<Total> = {}): Total {
  return {
    group: 1,
    name: 'editor',
    is_objects: false,
    requests: 10,
    failures: 1,
    input_tokens: 100,
    output_tokens: 200,
    ...{ cached_input_tokens: 40, cache_write_tokens: 10, reasoning_tokens: 50 },
    ...{ cache_write_1h_tokens: 0, audio_input_tokens: 0, audio_output_tokens: 0 },
    ...{ image_input_tokens: 0, image_output_tokens: 0, cost: 0.25, unpriced: 2 },
    first_byte_s: 0.4,
    ...given,
  };
}

it('adds up its rows', () => {
  expect(sumTotals([total(), total({ failures: 0 })])).toEqual({
    requests: 20,
    failures: 1,
    inputTokens: 200,
    outputTokens: 400,
    cost: 0.5,
    unpriced: 4,
  });
});

it('names the master token, and requests that went to no channel', () => {
  expect(totalLines([total({ group: null, name: 'master' })], by('key'), en)[0]).toMatchObject({
    name: 'Master token',
    filter: 'master',
    failureRate: '10%',
  });
  expect(totalLines([total({ group: null, name: null })], by('channel'), en)[0]).toMatchObject({
    name: 'No channel: none has the model, or refused',
    filter: null,
  });
  expect(totalLines([total({ group: null, name: null })], by('model'), en)[0]).toMatchObject({
    name: 'No model: unknown name, or refused',
    filter: null,
  });
  const objects = total({ group: null, name: null, is_objects: true });
  expect(totalLines([objects], by('model'), en)[0]).toMatchObject({
    name: 'Files, batches and other objects',
    filter: null,
  });
});

it('names the parts of the tokens, if there are any', () => {
  expect(totalLines([total()], by('key'), en)[0]).toMatchObject({
    cachedText: '40 cached',
    writtenText: '10 cache writes',
    reasoningText: '50 reasoning',
  });
  expect(totalLines([total({ reasoning_tokens: 0 })], by('key'), en)[0]?.reasoningText).toBe('');
});

it('says what requests cost, and how many are not in the sum', () => {
  const costs = (given: Partial<Total>) => {
    const [line] = totalLines([total(given)], by('tag'), en);
    return [line?.name, line?.cost, line?.unpricedText];
  };
  expect(costs({ group: 'eu' })).toEqual(['eu', '$0.25', '+ 2 of unknown cost']);
  expect(costs({ group: null, unpriced: 0 })).toEqual(['No tag', '$0.25', '']);
  expect(costs({ group: 'eu', cost: 0, unpriced: 10 })).toEqual(['eu', '—', '']);
});

it('draws a bar for each hour of the requested day, even empty ones', () => {
  const bars = timeBars(
    [total({ group: 500_000 * hour }), total({ group: 499_990 * hour, requests: 5 })],
    { span: '24h', nowS, dayOf },
    en,
  );
  expect(bars).toHaveLength(24);
  expect(bars[0]?.start).toBe(spanStart('24h', nowS, dayOf));
  expect(bars.at(-1)).toMatchObject({ requests: 10, okShare: 0.9, badShare: 0.1 });
  expect(bars.at(-2)).toMatchObject({ requests: 0, okShare: 0 });
  expect(bars.filter((bar) => bar.requests > 0)).toHaveLength(2);
});

it('draws a bar for each day of the reader’s zone, also if one has 23 hours', () => {
  const end = Date.parse('2026-03-31T10:00Z') / 1000;
  const bars = timeBars([], { span: '7d', nowS: end, dayOf }, en);
  const hours = bars.slice(1).map(({ start }, at) => (start - (bars[at]?.start ?? 0)) / hour);
  expect(hours).toEqual([24, 24, 24, 24, 23, 24]);
  expect(bars[0]?.start).toBe(Date.parse('2026-03-24T23:00Z') / 1000);
  expect(spanStart('7d', end, dayOf)).toBe(bars[0]?.start);
});
