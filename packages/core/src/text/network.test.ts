import { expect, test } from 'vitest';
import { parseNetwork } from './network.ts';

test.each([
  ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
  ['192.168.1.20', { address: '192.168.1.20', prefix: 32, family: 'ipv4' }],
  ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 'ipv4' }],
  ['fd00::/8', { address: 'fd00::', prefix: 8, family: 'ipv6' }],
  ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
  ['64:ff9b::a9fe:0/112', { address: '64:ff9b::a9fe:0', prefix: 112, family: 'ipv6' }],
  ['::ffff:0:a9fe:0/112', { address: '::ffff:0:a9fe:0', prefix: 112, family: 'ipv6' }],
  ['::ffff:10.0.0.0/104', { address: '::ffff:10.0.0.0', prefix: 104, family: 'ipv6' }],
] as const)('%s is a network', (text, network) => {
  expect(parseNetwork(text)).toEqual(network);
});

test.each([
  '',
  'example.com',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8/9',
  '10.0.0/8',
  'fd00::/129',
  '::1%eth0',
  ' 10.0.0.1',
])('%j is neither an address nor a network', (text) => {
  expect(parseNetwork(text)).toBeNull();
});
