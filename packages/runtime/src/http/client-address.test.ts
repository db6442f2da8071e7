import { expect, test } from 'vitest';
import { clientAddressOf, limitKeyOf, parseTrustedProxies } from './client-address.ts';

function addressOf(peer: string, forwardedFor: string | undefined, trustedProxies: string) {
  const trusted = parseTrustedProxies(trustedProxies);
  if (!trusted) throw new Error(trustedProxies);
  return clientAddressOf(peer, forwardedFor, trusted);
}

test.each([
  ['203.0.113.9', '6.6.6.6', '', '203.0.113.9'],
  ['203.0.113.9', '6.6.6.6', '10.0.0.0/8', '203.0.113.9'],
  ['10.0.0.1', '6.6.6.6, 203.0.113.9', '10.0.0.0/8', '203.0.113.9'],
  ['10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', '10.0.0.0/8', '203.0.113.9'],
  ['10.0.0.1', '6.6.6.6, 203.0.113.9:5555', '10.0.0.0/8', '203.0.113.9'],
  ['10.0.0.1', '6.6.6.6, [2001:db8::77]:443', '10.0.0.0/8', '2001:db8::77'],
  ['10.0.0.1', '6.6.6.6, nonsense', '10.0.0.0/8', '10.0.0.1'],
  ['10.0.0.1', undefined, '10.0.0.0/8', '10.0.0.1'],
  ['::ffff:10.0.0.1', '203.0.113.9', '10.0.0.0/8', '203.0.113.9'],
  ['::ffff:127.0.0.1', undefined, '', '127.0.0.1'],
  ['::FFFF:203.0.113.9', '6.6.6.6', '10.0.0.0/8', '203.0.113.9'],
  ['10.0.0.1', '::ffff:203.0.113.9', '10.0.0.0/8', '203.0.113.9'],
  ['2001:db8::1', undefined, '', '2001:db8::1'],
])('peer %s with %j behind %j is %s', (peer, forwardedFor, trusted, expected) => {
  expect(addressOf(peer, forwardedFor, trusted)).toBe(expected);
});

test.each(['10.0.0.0/', '10.0.0.0/33', '10.0.0/8', '::1/129', '10.0.0.0/8x', 'proxy.example'])(
  'the setting %j is rejected',
  (text) => {
    expect(parseTrustedProxies(text)).toBeNull();
  },
);

test('all addresses of an IPv6 subscriber count as one caller', () => {
  expect(limitKeyOf('2001:db8:1:2:a:b:c:d')).toBe('2001:db8:1:2');
  expect(limitKeyOf('2001:db8:1:2::1')).toBe('2001:db8:1:2');
  expect(limitKeyOf('2001:db8::1')).toBe('2001:db8:0:0');
  expect(limitKeyOf('203.0.113.9')).toBe('203.0.113.9');
  expect(limitKeyOf('::ffff:203.0.113.9')).toBe('::ffff:203.0.113.9');
});
