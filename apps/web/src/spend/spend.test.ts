import { localDaysOf } from '@api-monitor/core';
import { describe, expect, it } from 'vitest';
import { spendTexts } from '../i18n/spend-texts.ts';
import { translatorFor } from '../i18n/translate.ts';
import { readSpendAddress, type SpendRange, timesOf, writeSpendAddress } from './spend-address.ts';
import {
  introText,
  type Spend,
  spendCells,
  spendChart,
  spendFigures,
  spendLines,
} from './spend-lines.ts';

const en = translatorFor('en', spendTexts);
const zh = translatorFor('zh', spendTexts);
type Item = Spend['items'][number];

function item(given: Partial<Item> = {}): Item {
  return {
    ...{ group: 'gpt-4o', name: null, is_objects: false, requests: 10, failures: 1 },
    ...{ input_tokens: 1000, output_tokens: 200, cached_input_tokens: 400, cache_write_tokens: 0 },
    ...{ cache_write_1h_tokens: 0, reasoning_tokens: 0, audio_input_tokens: 0 },
    ...{ audio_output_tokens: 0, image_input_tokens: 0, image_output_tokens: 0 },
    ...{ first_byte_s: 0.4, cost: 3, unpriced: 0, costs: [1, 2] },
    ...given,
  };
}

const dayS = 86_400;

function spend(items: Item[], given: Partial<Spend> = {}): Spend {
  const cost = items.reduce((sum, one) => sum + one.cost, 0);
  return {
    ...{ group_by: 'model', zone: 'UTC', from: 0, to: 2 * dayS, currency: 'USD' },
    ...{ days: [0, dayS], items, total: item({ group: null, cost, requests: 40, unpriced: 2 }) },
    ...{ is_overlapping: false, unpriced: [] },
    probes: {
      ...{ requests: 96, tokens: 2880, cost: 0.02, unpriced: 0, period_s: dayS },
      ...{ costs: [0.01, 0.01], items: [{ group: 'gpt-4o', requests: 96, tokens: 2880 }] },
      ...{ items: [{ group: 'gpt-4o', requests: 96, tokens: 2880, cost: 0.02, unpriced: 0 }] },
    },
    ...given,
  };
}

describe('the view', () => {
  it('is kept in the address, without invalid values', () => {
    for (const search of ['', '?range=today&by=tag', '?from=2026-11-01&to=2026-11-15&by=key']) {
      expect(writeSpendAddress(readSpendAddress(search))).toBe(search);
    }
    for (const odd of ['?range=9y&by=odd', '?from=2026-11-15&to=2026-11-01', '?range=custom']) {
      expect(writeSpendAddress(readSpendAddress(odd))).toBe('');
    }
  });

  const zoneOf = (zone: string) => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    return { dayOf: localDaysOf(zone), dateOf: (timeS: number) => format.format(timeS * 1000) };
  };

  it.each([
    ['UTC', 'today', '2026-11-28T00:00Z'],
    ['Europe/Berlin', '30d', '2026-10-29T23:00Z'],
    ['Pacific/Kiritimati', 'month', '2026-10-31T10:00Z'],
    ['Asia/Kolkata', '7d', '2026-11-21T18:30Z'],
  ] as const)('begins at midnight of %s: %s', (zone, span, start) => {
    const nowS = Date.parse('2026-11-28T03:00Z') / 1000;
    const { from, to } = timesOf({ span, from: '', to: '' }, zoneOf(zone), nowS);
    expect([new Date(from * 1000).toISOString(), to]).toEqual([
      new Date(start).toISOString(),
      nowS,
    ]);
  });

  it.each(['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu', 'Africa/Cairo'])(
    'of chosen days has those days of %s',
    (zone) => {
      const { dayOf, dateOf } = zoneOf(zone);
      const nowS = Date.parse('2026-11-28T03:00Z') / 1000;
      for (const month of ['03', '04', '05', '10', '11']) {
        for (const day of ['01', '09', '24', '27']) {
          const date = `2026-${month}-${day}`;
          const range: SpendRange = { span: 'custom', from: date, to: date };
          const { from, to } = timesOf(range, { dayOf, dateOf }, nowS);
          expect([dateOf(from), dayOf(from), dateOf(to)]).toEqual([date, from, date]);
        }
      }
    },
  );
});

describe('the figures', () => {
  const two = spend([item(), item({ group: 'o1', cost: 1, requests: 4, unpriced: 4 })]);

  it('have the cost, the mean of what has a price, and what checks cost', () => {
    expect(spendFigures(two, en)).toEqual({
      ...{ cost: '$4.00', requests: '40', mean: '$0.1053', unpriced: '+ 2 of unknown cost' },
      ...{ probes: '$0.02', probeRequests: '96 requests' },
    });
    expect(spendFigures(two, zh).probeRequests).toBe('96 个请求');
  });

  it('say each group’s share, and that a cost is unknown rather than nothing', () => {
    const [first, second] = spendLines(two, 'model', en);
    expect(first).toMatchObject({
      ...{ name: 'gpt-4o', cost: '$3.00', shareText: '75%', share: 1, mean: '$0.30' },
      ...{ cachedText: '400 cached', probes: '$0.02' },
      href: '/requests.html?range=30d&by=day&model=gpt-4o',
    });
    expect(second).toMatchObject({ cost: 'unknown', mean: '—', probes: '$0.00' });
  });

  it('name keys and tags, and lead to the requests of a key', () => {
    const lineOf = (group: 'key' | 'tag', given: Partial<Item>) =>
      spendLines(spend([item(given)]), group, en)[0];
    expect(lineOf('key', { group: null })).toMatchObject({
      ...{ name: 'Master token', href: '/requests.html?range=30d&by=day&key=master' },
    });
    expect(lineOf('tag', { group: null })).toMatchObject({ name: 'No tag', href: '' });
  });
});

describe('the chart', () => {
  it('stacks the most expensive groups, the others and the checks', () => {
    const items = Array.from({ length: 8 }, (_, at) =>
      item({ group: `m${at}`, cost: 8 - at, costs: [8 - at, 0] }),
    );
    const { kind, series, labels } = spendChart(spend(items), 'model', en);
    expect([kind, labels.length]).toEqual(['bars', 2]);
    expect(series.map(({ name, values }) => [name, values[0]])).toEqual([
      ...[0, 1, 2, 3, 4].map((at) => [`m${at}`, 8 - at]),
      ['Others', 6],
      ['Checks', 0.01],
    ]);
  });

  it('draws lines if groups overlap, because a stack would be too high', () => {
    const chart = spendChart(spend([item()], { is_overlapping: true }), 'tag', en);
    expect(chart.kind).toBe('line');
  });
});

it('the file has the totals and the days of each group, of all, and of the checks', () => {
  const { header, rows } = spendCells(spend([item()]), (day) => `day ${day / dayS}`);
  expect(header.slice(0, 4)).toEqual(['model', 'name', 'currency', 'requests']);
  expect(header.slice(-3)).toEqual(['cost', 'day 0', 'day 1']);
  expect(rows.map((row) => [row[0], ...row.slice(-3)])).toEqual([
    ['gpt-4o', 3, 1, 2],
    ['total', 3, 1, 2],
    ['probes', 0.02, 0.01, 0.01],
  ]);
  expect(rows.every(({ length }) => length === header.length)).toBe(true);
});

it('says that checks are added up by other days than requests, if they are', () => {
  const said = 'Checks of so long ago are added up by UTC day.';
  expect(introText(spend([]), 'Asia/Tokyo', en)).toContain(said);
  expect(introText(spend([]), 'UTC', en)).not.toContain(said);
  expect(introText(null, 'Asia/Tokyo', en)).not.toContain(said);
});
