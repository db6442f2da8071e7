import { expect, test } from 'vitest';
import {
  faultOfProxyUrl,
  maskProxyUrl,
  normaliseProxyUrl,
  proxyAddressOf,
} from './proxy-address.ts';

test.each([
  ['http://proxy.example:3128/', 'http://proxy.example:3128', 'http://proxy.example:3128'],
  ['HTTPS://u:p@Proxy.example', 'https://u:p@proxy.example', 'https://u:…@proxy.example'],
  ['socks5h://u:p@127.0.0.1:1080', 'socks5://u:p@127.0.0.1:1080', 'socks5://u:…@127.0.0.1:1080'],
  ['socks://[::1]:1080', 'socks5://[::1]:1080', 'socks5://[::1]:1080'],
  ['http://token@p.example:8080', 'http://token@p.example:8080', 'http://…@p.example:8080'],
  ['http://:word@p.example', 'http://:word@p.example', 'http://:…@p.example'],
  ['Direct', 'direct', 'direct'],
])('%j is stored as %j and shown as %j', (raw, stored, shown) => {
  expect(faultOfProxyUrl(raw)).toBeNull();
  expect(normaliseProxyUrl(raw)).toBe(stored);
  expect(maskProxyUrl(stored)).toBe(shown);
});

test.each([
  'proxy.example:3128',
  'ftp://proxy.example',
  'socks4://proxy.example',
  'http://?a',
  'socks5://:1080',
  'http://proxy.example/path',
  'http://proxy.example?',
  'http://proxy.example#a',
  'http://u:100%@proxy.example',
  'http://u:…@proxy.example',
  'http://proxy.example:99999',
  'http://a b@proxy.example',
  `socks5://u:${'p'.repeat(256)}@proxy.example`,
])('%j is refused, and its fault does not quote it', (raw) => {
  const fault = faultOfProxyUrl(raw);
  expect(fault).toMatch(/^must /);
  expect(fault).not.toContain(raw);
});

test('a stored address has its default port, and its credentials decoded', () => {
  expect(proxyAddressOf('socks5://us%40er:p%3Aw@[::1]')).toEqual({
    protocol: 'socks5:',
    hostname: '::1',
    port: 1080,
    username: 'us@er',
    password: 'p:w',
  });
  expect(proxyAddressOf('http://p.example')).toMatchObject({ port: 80, username: '' });
  expect(proxyAddressOf('https://p.example')).toMatchObject({ port: 443 });
});
