import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { createProxyWarning } from './unnamed-proxy.ts';

function start() {
  const trusted = new BlockList();
  trusted.addAddress('10.0.0.1');
  const lines: [object, string][] = [];
  const warn = (fields: object, message: string) => void lines.push([fields, message]);
  const warnOfProxy = createProxyWarning({ warn } as never, trusted);
  const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
    warnOfProxy({ headers, socket: { remoteAddress } } as never);
  return { from, lines };
}

test('a peer that isn’t named and sends the header is reported once, with the variable to set', () => {
  const { from, lines } = start();
  for (let n = 0; n < 3; n += 1) from('10.0.0.2', { 'x-forwarded-for': '203.0.113.9' });
  from('10.0.0.2', { forwarded: 'for=203.0.113.9' });
  expect(lines).toEqual([[{ peer: '10.0.0.2' }, expect.stringContaining('TRUSTED_PROXIES')]]);
});

test('a named proxy and a direct client aren’t reported', () => {
  const { from, lines } = start();
  from('10.0.0.1', { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' });
  from('10.0.0.2');
  expect(lines).toEqual([]);
});

test('a named proxy that sends only Forwarded is told which header is read', () => {
  const { from, lines } = start();
  from('10.0.0.1', { forwarded: 'for=203.0.113.9' });
  expect(lines).toEqual([[{ peer: '10.0.0.1' }, expect.stringContaining('X-Forwarded-For')]]);
});

test('a flood of clients that send the header writes three lines', () => {
  const { from, lines } = start();
  for (let n = 0; n < 100; n += 1) from(`192.0.2.${n}`, { forwarded: 'for=x' });
  expect(lines).toHaveLength(3);
});
