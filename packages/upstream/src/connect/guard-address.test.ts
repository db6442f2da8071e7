import { expect, test } from 'vitest';
import { createAddressGuard, parseAllowPrivate } from './guard-address.ts';

const never = [
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fe80::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  '::169.254.169.254',
  '::ffff:0:169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '0.0.0.0',
  '::',
  '224.0.0.1',
];
const inner = [
  '127.0.0.1',
  '::1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  'fd12::1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
  '2002:c0a8:101::1',
  '::127.0.0.1',
  '::ffff:0:192.168.1.1',
];
const outer = [
  '1.1.1.1',
  '8.8.8.8',
  '172.32.0.1',
  '2606:4700:4700::1111',
  '64:ff9b::808:808',
  '2002:808:808::1',
];

test('metadata and link-local addresses are refused in every spelling', () => {
  for (const policy of ['on', 'off', ['0.0.0.0/0', '::/0']] as const) {
    const guard = createAddressGuard(policy);
    for (const address of never) expect(guard(address), address).toContain('not allowed');
  }
});

test('private addresses follow the policy, public ones are always allowed', () => {
  const [on, off] = [createAddressGuard('on'), createAddressGuard('off')];
  for (const address of inner) {
    expect(on(address), address).toBeNull();
    expect(off(address), address).toContain('private address');
  }
  for (const address of outer) expect(off(address), address).toBeNull();
});

test('a list allows its networks and nothing else', () => {
  const guard = createAddressGuard(['10.0.0.0/8', '::1']);
  expect(guard('10.9.9.9')).toBeNull();
  expect(guard('::1')).toBeNull();
  expect(guard('192.168.0.1')).toContain('private address');
});

test('the setting is on, off or networks, and nothing else', () => {
  expect(parseAllowPrivate('on')).toBe('on');
  expect(parseAllowPrivate('OFF')).toBe('off');
  expect(parseAllowPrivate('10.0.0.0/8, ::1')).toEqual(['10.0.0.0/8', '::1']);
  for (const bad of ['maybe', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/x']) {
    expect(parseAllowPrivate(bad), bad).toBeNull();
  }
});
