import { expect, test } from 'vitest';
import {
  chooseProxy,
  noProxies,
  noProxyVariable,
  proxyDefaultsOf,
  proxyVariable,
} from './choose-proxy.ts';

const own = (proxyUrl: string | null, origin = 'https://a.example') => ({ origin, proxyUrl });

test('a channel’s own proxy comes first, then UPSTREAM_PROXY, then the one for its scheme', () => {
  const env = { HTTPS_PROXY: 'http://s', HTTP_PROXY: 'http://p', UPSTREAM_PROXY: 'socks5://u' };
  const all = proxyDefaultsOf({ ...env, NO_PROXY: [] });
  expect(chooseProxy(own('http://own'), all)).toBe('http://own');
  expect(chooseProxy(own('direct'), all)).toBeNull();
  expect(chooseProxy(own(null), all)).toBe('socks5://u');
  const schemes = { ...all, upstream: '' };
  expect(chooseProxy(own(null), schemes)).toBe('http://s');
  expect(chooseProxy(own(null, 'http://a.example'), schemes)).toBe('http://p');
  expect(chooseProxy(own(null), { ...all, upstream: 'direct' })).toBeNull();
  expect(chooseProxy(own(null), noProxies)).toBeNull();
});

test('the defaults leave out this machine and NO_PROXY; a channel’s own proxy doesn’t', () => {
  const noProxy = 'corp.example, .dot.example *.star.example,10.0.0.0/8 port.example:8443,[::2]:80';
  const defaults = { ...noProxies, upstream: 'http://p', except: noProxyVariable.parse(noProxy) };
  const isDirect = (origin: string) => chooseProxy(own(null, origin), defaults) === null;
  const direct = [
    ...['http://localhost:3000', 'http://127.1.2.3', 'http://[::1]:8080', 'http://api.localhost'],
    ...['https://corp.example', 'https://a.b.corp.example', 'https://dot.example'],
    ...['https://x.star.example', 'http://10.9.8.7:3000', 'https://port.example:8443'],
    ...['http://[::2]', 'https://corp.example.'],
  ];
  for (const origin of direct) expect(isDirect(origin), origin).toBe(true);
  const proxied = [
    ...['https://notcorp.example', 'https://port.example', 'http://11.0.0.1', 'https://[::2]'],
    ...['https://127.evil.example', 'https://localhost.example'],
  ];
  for (const origin of proxied) expect(isDirect(origin), origin).toBe(false);
  expect(chooseProxy(own('http://own', 'https://corp.example'), defaults)).toBe('http://own');
  const everywhere = { ...defaults, except: noProxyVariable.parse('*') };
  expect(chooseProxy(own(null, 'https://b.example'), everywhere)).toBeNull();
});

test('a variable may lack the scheme, as for curl', () => {
  expect(proxyVariable.parse('proxy.example:3128')).toBe('http://proxy.example:3128');
  expect(proxyVariable.parse('SOCKS5H://p.example')).toBe('socks5://p.example');
  expect(proxyVariable.parse('direct')).toBe('direct');
  expect(proxyVariable.parse('')).toBe('');
  for (const bad of ['ftp://p.example', 'p.example/path', 'a b']) {
    expect(proxyVariable.parse(bad), bad).toBeNull();
  }
});
