import type { BalanceUnit } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { formatBalance, formatDaysLeft } from './balance.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');

test.each<[number | null, BalanceUnit, string, string]>([
  [12.345, 'USD', '$12.35', '$12.35'],
  [-0.5, 'USD', '-$0.50', '-$0.50'],
  [-0.002, 'USD', '$0.00', '$0.00'],
  [1_234_567, 'USD', '$1.2M', '$123.5万'],
  [88, 'CNY', '¥88.00', '¥88.00'],
  [750_000, 'quota', '750K units', '75万 点'],
  [1500, 'tokens', '1,500 tokens', '1,500 token'],
  [7.5, 'other', '7.5', '7.5'],
  [null, 'USD', 'no limit', '不限额'],
])('%s %s is written %s, in Chinese %s', (amount, unit, english, chinese) => {
  expect(formatBalance(amount, unit, en)).toBe(english);
  expect(formatBalance(amount, unit, zh)).toBe(chinese);
});

test.each<[number | null, string]>([
  [null, ''],
  [5000, ''],
  [0, 'used up'],
  [0.4, 'less than a day left'],
  [1.9, '1 day left'],
  [12.3, '12 days left'],
])('a balance for %s days reads %j', (days, text) => {
  expect(formatDaysLeft(days, en)).toBe(text);
});
