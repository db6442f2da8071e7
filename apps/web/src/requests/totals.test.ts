import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { spanStart, sumTotals, type Total, timeBars, totalLines } from './totals.ts';

const en = translatorFor('en');
const hour = 3600;
const nowS = 500_000 * hour + 1800;

function total(given: Partial<Total> = {}): Total {
  return {
    group: 1,
    name: 'editor',
    requests: 10,
    failures: 1,
    input_tokens: 100,
    output_tokens: 200,
    ...{ cached_input_tokens: 40, cache_write_tokens: 10, reasoning_tokens: 50 },
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
  });
});

it('names the master token, and requests that went to no channel', () => {
  expect(totalLines([total({ group: null, name: 'master' })], 'key', en)[0]).toMatchObject({
    name: 'Master token',
    filter: 'master',
    failureRate: '10%',
  });
  expect(totalLines([total({ group: null, name: null })], 'channel', en)[0]).toMatchObject({
    name: 'None',
    filter: null,
  });
});

it('draws a bar for each hour of the requested day, even empty ones', () => {
  const bars = timeBars(
    [total({ group: 500_000 * hour }), total({ group: 499_990 * hour, requests: 5 })],
    '24h',
    nowS,
    en,
  );
  expect(bars).toHaveLength(24);
  expect(bars[0]?.start).toBe(spanStart('24h', nowS));
  expect(bars.at(-1)).toMatchObject({ requests: 10, okShare: 0.9, badShare: 0.1 });
  expect(bars.at(-2)).toMatchObject({ requests: 0, okShare: 0 });
  expect(bars.filter((bar) => bar.requests > 0)).toHaveLength(2);
});
