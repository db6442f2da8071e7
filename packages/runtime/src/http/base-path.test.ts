import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { parseBasePath, takeOffBasePath } from './base-path.ts';

test.each([
  ['', '/'],
  ['/', '/'],
  ['/monitor', '/monitor/'],
  ['/monitor/', '/monitor/'],
  ['/tools/api-monitor_2//', '/tools/api-monitor_2/'],
  ['/api/monitor', '/api/monitor/'],
])('BASE_PATH %j is %j', (text, path) => expect(parseBasePath(text)).toBe(path));

test.each([
  ...['monitor', 'https://example.com/monitor', '//evil.example', '/a//b', '/../x', '/a/./b'],
  ...['/a b', '/a?b', '/a#b', '/a%2fb', '/api', '/v1/', '/assets', '/<x>', '/a"b'],
])('BASE_PATH %j is refused', (text) => expect(parseBasePath(text)).toBeNull());

test.each([
  ['/monitor/api/health?x=1', '/api/health?x=1', null],
  ['/monitor/', '/', null],
  ['/monitor//api', '//api', null],
  ['/api/health', '/api/health', null],
  ['/monitors/api', '/monitors/api', null],
  ['/monitor', '/monitor', '/monitor/'],
  ['/monitor?a=b', '/monitor?a=b', '/monitor/?a=b'],
])('below /monitor/, %s is served as %s', (url, served, redirect) => {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  expect(takeOffBasePath(request, '/monitor/')).toBe(redirect);
  expect(request.url).toBe(served);
});
