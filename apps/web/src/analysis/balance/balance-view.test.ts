import { expect, test } from 'vitest';
import { sampleBalance } from '../../../test/sample-balance.ts';
import { analysisTexts } from '../../i18n/analysis-texts.ts';
import { translatorFor } from '../../i18n/translate.ts';
import {
  balanceChart,
  balanceFacts,
  balanceNote,
  balanceOffers,
  bookLines,
  bookText,
  type ChannelBalance,
} from './balance-view.ts';

const en = translatorFor('en', analysisTexts);
const nowS = 1_800_000_000;
const untold: ChannelBalance = {
  ...{ target_id: 1, balance: null, source: null, fault: null, message: null, asked_at: null },
  ...{ price_multiplier: 1, due_at: 0, multipliers: [], keys: [], series: [] },
  books: { is_closed: false, reason: 'no_balance', days: [], difference: null },
};
const item = sampleBalance(untold, nowS);

test('what is left, how fast it goes and how long it lasts are shown', () => {
  expect(balanceFacts(item, en)).toMatchObject([
    { label: 'Balance', isBad: true },
    { label: 'Spent a day', value: '$6.20' },
    { label: 'At this rate', value: '2 days left', isBad: true },
  ]);
  expect(balanceFacts(untold, en)).toEqual([]);
});

test('why there is no balance is said in words, and in the channel’s if it has some', () => {
  const note = (more: Partial<ChannelBalance>) => balanceNote({ ...untold, ...more }, en);
  expect(note({})).toBe('Not asked yet.');
  expect(note({ due_at: null })).toBe('This channel isn’t asked for its balance.');
  const refused = { fault: 'refused', message: 'HTTP 401: no', asked_at: nowS } as const;
  expect(note(refused)).toBe('The channel refused to tell the balance. HTTP 401: no');
  expect(note({ ...refused, fault: 'absent' })).toContain('none of the endpoints');
  expect(balanceNote(item, en)).toContain('As the channel said on');
});

test('the chart has what was left at the end of each step, and needs two balances', () => {
  const shown = { fromS: nowS - 86_400, toS: nowS };
  const chart = balanceChart(item, shown, en);
  expect(chart?.series).toHaveLength(1);
  expect(chart?.series[0]).toMatchObject({ name: 'USD' });
  expect(chart?.series[0]?.values).toHaveLength(96);
  expect(balanceChart(untold, shown, en)).toBeNull();
});

test('the books are shown by day, and a difference in a sentence with its figures', () => {
  expect(bookLines(item, en)).toHaveLength(4);
  expect(bookLines(item, en)[2]).toMatchObject({
    charged: '$6.30',
    counted: '$5.80',
    unpriced: '3',
  });
  expect(bookText(item, en)).toMatch(/^Charges 1\.4 × .*\$8\.53.*\$6\.10/);
  expect(bookText(untold, en)).toBe('');
  const several = { ...untold, books: { ...untold.books, reason: 'several_keys' as const } };
  expect(bookText(several, en)).toContain('several keys');
});

test('other multipliers than the one in force are offered', () => {
  expect(balanceOffers(item, en)).toEqual([{ text: '0.8 × (group vip)', value: 0.8 }]);
});
