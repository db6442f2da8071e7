import { expect, it } from 'vitest';
import { formatMoney } from './money.ts';

it.each([
  [null, '—'],
  [0, '$0.00'],
  [1234.5, '$1,234.50'],
  [12.4, '$12.40'],
  [0.999_96, '$1.00'],
  [0.35, '$0.35'],
  [0.1234, '$0.1234'],
  [0.01, '$0.01'],
  [0.0042, '$0.0042'],
  [0.000_41, '$0.00041'],
  [0.000_000_2, '< $0.000001'],
  [-3, '-$3.00'],
])('%s is shown as %s', (amount, text) => expect(formatMoney(amount, 'USD', 'en')).toBe(text));

it('is called what the settings say, and has the digits of that currency', () => {
  expect(formatMoney(12.4, 'CNY', 'zh')).toBe('¥12.40');
  expect(formatMoney(0.0042, 'CNY', 'zh')).toBe('¥0.0042');
  expect(formatMoney(1234, 'JPY', 'en')).toBe('¥1,234');
  expect(formatMoney(2.5, 'XYZ', 'en')).toContain('2.50');
});
