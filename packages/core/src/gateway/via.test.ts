import { expect, test } from 'vitest';
import { cpuMsOf } from '../../test/pace.ts';
import { faultOfTrail, readVia, viaMarkOf } from './via.ts';

const own = '0123456789abcdef';
const other = 'fedcba9876543210';

test('a mark is a valid Via entry and is recognised', () => {
  const mark = viaMarkOf(own);
  expect(mark).toBe('1.1 api-monitor-0123456789abcdef');
  expect(readVia(mark, own)).toEqual({ isOwn: true, otherMonitors: 0, forwarded: mark });
  expect(readVia(mark, other)).toEqual({ isOwn: false, otherMonitors: 1, forwarded: mark });
  expect(readVia(undefined, own)).toEqual({ isOwn: false, otherMonitors: 0, forwarded: '' });
});

test.each([
  `1.1 nginx, 1.1 api-monitor-${own}, 1.1 Caddy`,
  `HTTP/1.1 api-monitor-${own}`,
  `2 API-Monitor-${own.toUpperCase()}`,
  `1.1 api-monitor-${own}:8081`,
  `1.1 api-monitor-${own}(a comment)`,
  `1.1 api-monitor-${own} (a comment)`,
  `1.1 a,1.1 api-monitor-${own},1.1 b`,
  `1.1 odd (never closed, 1.1 api-monitor-${own}`,
])('a mark is found in %j', (header) => {
  expect(readVia(header, own).isOwn).toBe(true);
});

test.each([
  `1.1 api-monitor-${own}0`,
  `1.1 my-api-monitor-${own}`,
  `1.1 api-monitor-${own}.example`,
  '1.1 api-monitor-short',
  '1.1 api-monitor',
])('a similar name isn’t a mark: %j', (header) => {
  expect(readVia(header, own)).toMatchObject({ isOwn: false, otherMonitors: 0 });
});

test.each([
  ['1.0 fred, 1.1 Caddy', '1.0 fred, 1.1 Caddy'],
  ['1.1 p.example.net, 1.1 10.0.0.1:3128, 1.1 [::1]', '1.1 hidden, 1.1 hidden, 1.1 hidden'],
  ['HTTP/2 cache (a, (nested \\) one) b), 1.1 x', 'HTTP/2 cache, 1.1 x'],
  ['nonsense, , 1.1, 1.1 two words', ''],
  ['1.1 never (closed, 1.1 x', '1.1 never'],
  ['1.1 x) y), 1.1 z', '1.1 z'],
])('%j is sent upstream as %j', (header, forwarded) => {
  expect(readVia(header, own).forwarded).toBe(forwarded);
});

test('a header of the largest size is read quickly', () => {
  for (const piece of ['(', '1.1 a,', 'api-monitor-', '\\', '((()', ' ']) {
    const read = () => readVia(piece.repeat(Math.floor(32_768 / piece.length)), own);
    expect(cpuMsOf(read), piece).toBeLessThan(200);
  }
});

test('a request with our own mark, or too many marks of others, is refused', () => {
  const trail = { isOwn: false, otherMonitors: 7, forwarded: '' };
  expect(faultOfTrail(trail)).toBeNull();
  expect(faultOfTrail({ ...trail, otherMonitors: 8 })).toContain('8 other');
  expect(faultOfTrail({ ...trail, isOwn: true, otherMonitors: 0 })).toContain('came back');
});
