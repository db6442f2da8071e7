import { expect, test } from 'vitest';
import {
  parseSettings,
  settingRules,
  settingsInForce,
  settingText,
  sourceOfSetting,
} from './settings.ts';

const read = (values: Record<string, string>) => parseSettings(new Map(Object.entries(values)));

test('a setting that was never set is null', () => {
  expect(read({})).toEqual({
    visitor_mode_enabled: null,
    log_cleanup_enabled: null,
    log_max_size_mb: null,
    default_interval_min: null,
    probe_requests_per_day: null,
    probe_tokens_per_day: null,
    model_aliases: null,
    dismissed_aliases: null,
    routing_policy: null,
    bare_models: null,
    patience_s: null,
    price_tolerance: null,
    prices: null,
    currency: null,
    price_source: null,
    spread: null,
  });
});

test('lists are stored line by line, and a list with a bad line is null', () => {
  const lines = ['a = b', 'c = d = e'];
  expect(read({ model_aliases: settingText(lines) }).model_aliases).toEqual(lines);
  expect(read({ model_aliases: '' }).model_aliases).toEqual([]);
  expect(read({ model_aliases: 'a = b\nb = c' }).model_aliases).toBeNull();
  expect(read({ model_aliases: 'alone' }).model_aliases).toBeNull();
});

test.each(['True', 'true', '1', 'yes', ' ON '])('%j switches on', (text) => {
  const switches = { visitor_mode_enabled: text, log_cleanup_enabled: text };
  expect(read(switches)).toMatchObject({ visitor_mode_enabled: true, log_cleanup_enabled: true });
});

test.each(['False', 'false', '0', 'no'])('%j switches off', (text) => {
  expect(read({ log_cleanup_enabled: text }).log_cleanup_enabled).toBe(false);
});

test.each([
  ['0', 0],
  ['102400', 102_400],
  [' 500 ', 500],
  ['500MB', null],
  ['-1', null],
  ['102401', null],
  ['', null],
  ['1e3', null],
])('a limit of %j is %j', (text, expected) => {
  expect(read({ log_max_size_mb: text }).log_max_size_mb).toBe(expected);
});

test.each([
  ['1', 1],
  ['1440', 1440],
  ['0', null],
  ['1441', null],
  ['abc', null],
  ['NaN', null],
])('an interval of %j is %j', (text, expected) => {
  expect(read({ default_interval_min: text }).default_interval_min).toBe(expected);
});

test.each([
  ['1', 1],
  ['1.5', 1.5],
  ['10', 10],
  ['0.9', null],
  ['10.1', null],
  ['.5', null],
])('a spread of %j is %j', (text, expected) => {
  expect(read({ spread: text }).spread).toBe(expected);
});

test.each([
  ['weighted', 'weighted'],
  [' round-robin ', 'round-robin'],
  ['Latency', null],
  ['fastest', null],
])('a policy of %j is %j', (text, expected) => {
  expect(read({ routing_policy: text }).routing_policy).toBe(expected);
});

test('any other word is null', () => {
  expect(read({ visitor_mode_enabled: 'maybe' }).visitor_mode_enabled).toBeNull();
});

test('what an admin set overrides the environment, which overrides the default', () => {
  const set = read({ log_max_size_mb: '7' });
  const given = { log_max_size_mb: 8, default_interval_min: 9, log_cleanup_enabled: true };
  expect(settingsInForce(set, given)).toEqual({
    visitor_mode_enabled: false,
    log_cleanup_enabled: true,
    log_max_size_mb: 7,
    default_interval_min: 9,
    probe_requests_per_day: 0,
    probe_tokens_per_day: 0,
    model_aliases: [],
    dismissed_aliases: [],
    routing_policy: 'latency',
    bare_models: true,
    patience_s: 120,
    price_tolerance: 1.05,
    prices: [],
    currency: 'USD',
    price_source: '',
    spread: 1.25,
  });
  expect(sourceOfSetting('log_max_size_mb', set, given)).toBe('admin');
  expect(sourceOfSetting('default_interval_min', set, given)).toBe('environment');
  expect(sourceOfSetting('log_cleanup_enabled', set, given)).toBe('default');
  expect(sourceOfSetting('visitor_mode_enabled', set, given)).toBe('default');
});

test.each(['', 'https://prices.example/v2/data.json', 'http://10.0.0.1/x', 'prices-2.json'])(
  'price data may come from %j',
  (source) => expect(settingRules.price_source.schema.safeParse(source).success).toBe(true),
);

test.each([
  '../prices.json',
  '/etc/passwd',
  'prices.txt',
  'file:///x.json',
  'https://a:b@x',
  '.json',
])('but not from %j', (source) =>
  expect(settingRules.price_source.schema.safeParse(source).success).toBe(false),
);
