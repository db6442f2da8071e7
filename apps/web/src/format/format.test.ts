import { describe, expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { formatLatency, formatPercent, formatRate, formatSpan, formatUptime } from './duration.ts';
import { formatAgo, formatSecondsAgo, formatUntil } from './time.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');

describe('a latency', () => {
  it.each([
    [null, '—'],
    [0.0421, '42 ms'],
    [0.9996, '1.00 s'],
    [1.236, '1.24 s'],
    [9.996, '10.0 s'],
    [12.34, '12.3 s'],
    [134.2, '134 s'],
  ])('of %s s reads %s', (seconds, text) => expect(formatLatency(seconds)).toBe(text));
});

describe('a rate and a percentage', () => {
  it('have a decimal only if it matters', () => {
    expect(formatRate(58.4)).toBe('58 tok/s');
    expect(formatRate(4.24)).toBe('4.2 tok/s');
    expect(formatPercent(100)).toBe('100%');
    expect(formatPercent(97.94)).toBe('97.9%');
    expect(formatPercent(null)).toBe('—');
    expect([formatPercent(99.96), formatUptime(99.996)]).toEqual(['99.9%', '99.99%']);
    expect(formatUptime(99.98)).toBe('99.98%');
    expect(formatUptime(100)).toBe('100%');
  });
});

describe('a span', () => {
  it('has one unit', () => {
    expect(formatSpan(5, en)).toBe('1 min');
    expect(formatSpan(3600, en)).toBe('1 h');
    expect(formatSpan(3 * 86_400, zh)).toBe('3 天');
  });
});

describe('a past time', () => {
  it('is in words, and never in the future', () => {
    expect(formatAgo(1000, 1030, en)).toBe('just now');
    expect(formatAgo(1000, 990, en)).toBe('just now');
    expect(formatAgo(1000, 1000 + 185, en)).toBe('3 minutes ago');
    expect(formatAgo(0, 7300, zh)).toBe('2小时前');
  });
});

describe('a past time that matters to the second', () => {
  it('counts seconds only within the first minute', () => {
    expect(formatSecondsAgo(1000, 1000.4, en)).toBe('1 s ago');
    expect(formatSecondsAgo(1000, 1012.9, en)).toBe('12 s ago');
    expect(formatSecondsAgo(1000, 1012, zh)).toBe('12 秒前');
    expect(formatSecondsAgo(1000, 1061, en)).toBe('1 minute ago');
  });
});

describe('a countdown', () => {
  it('counts seconds only in its last minute, and ends with null', () => {
    expect(formatUntil(1000, 1000, en)).toBeNull();
    expect(formatUntil(1042, 1000, en)).toBe('in 42 s');
    expect(formatUntil(1000 + 720, 1000, en)).toBe('in 12 min');
    expect(formatUntil(1000 + 7200, 1000, en)).toBe('in 2 h');
  });
});
