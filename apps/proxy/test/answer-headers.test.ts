import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

const chat = '/v1/chat/completions';

async function headersOf(sent: Record<string, string | string[]>, status = 200) {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(status, sent).end(goodBody);
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  return (await call(gateway.origin, chat, { body: chatTo('relay/m') })).headers;
}

const read = {
  'content-type': 'application/json; charset=utf-8',
  'retry-after': '7',
  'retry-after-ms': '7000',
  'x-should-retry': 'true',
  'server-timing': 'a;dur=1',
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-reset-tokens': '6m0s',
  'anthropic-ratelimit-requests-remaining': '3',
  'anthropic-organization-id': 'org',
  'openai-processing-ms': '12',
  'openai-version': '2020-10-01',
  'openai-organization': 'org',
  'ratelimit-remaining': '5',
  'x-codex-primary-used-percent': '12',
  'x-models-etag': 'e',
  'x-oneapi-request-id': 'a',
  'x-amzn-requestid': 'b',
  'apim-request-id': 'c',
  'cf-ray': 'd',
};

test('the headers that SDKs and agents read reach them, in a success and in an error', async () => {
  for (const status of [200, 400]) expect(await headersOf(read, status)).toMatchObject(read);
});

const kept = {
  // For the proxy in front of the gateway.
  'x-accel-redirect': '/etc/passwd',
  'x-accel-buffering': 'yes',
  'x-accel-expires': '3600',
  'x-accel-limit-rate': '1',
  'x-sendfile': '/etc/passwd',
  'x-lighttpd-send-file': '/etc/passwd',
  'x-reproxy-url': 'http://127.0.0.1/',
  'surrogate-control': 'max-age=3600',
  'cdn-cache-control': 'max-age=3600',
  expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
  pragma: 'cache',
  etag: '"e"',
  age: '1',
  'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
  vary: '*',
  status: '404 Not Found',
  // For a browser, which would apply them to the dashboard's origin.
  'set-cookie': ['a=b', 'api_monitor_admin_session=x'],
  'set-cookie2': 'a=b',
  'clear-site-data': '"*"',
  refresh: '0; url=/',
  link: '</x.js>; rel=preload',
  location: 'https://evil.example/',
  'content-location': '/admin.html',
  'content-disposition': 'attachment; filename="x.exe"',
  'www-authenticate': 'Basic realm="dashboard"',
  'proxy-authenticate': 'Basic',
  'authentication-info': 'x',
  'service-worker-allowed': '/',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': '*',
  'cross-origin-opener-policy': 'unsafe-none',
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
  'reporting-endpoints': 'a="https://evil.example"',
  'report-to': '{}',
  nel: '{}',
  'speculation-rules': '"/rules.json"',
  'use-as-dictionary': 'match="/*"',
  'available-dictionary': ':x:',
  'sec-session-registration': '(ES256);path="/x"',
  'sec-session-challenge': '"x"',
  'secure-session-registration': '(ES256);path="/x"',
  'accept-ch': 'sec-ch-ua',
  'permissions-policy': 'camera=*',
  'document-policy': 'x',
  'origin-agent-cluster': '?1',
  'no-vary-search': 'params',
  'strict-transport-security': 'max-age=31536000',
  'public-key-pins': 'x',
  'alt-svc': 'h3=":443"',
  'x-frame-options': 'ALLOWALL',
  'x-dns-prefetch-control': 'on',
  sourcemap: '/x.map',
  'attribution-reporting-register-source': '{}',
  // Unknown ones.
  server: 'relay',
  'x-unknown': 'x',
};

test('no other header reaches the client', async () => {
  const allowed = new Set([
    ...['date', 'connection', 'content-length', 'content-type', 'cache-control'],
    ...['x-content-type-options', 'content-security-policy', 'x-request-id', 'request-id'],
    ...['x-proxy-target-id', 'x-proxy-upstream-model', 'x-proxy-attempts', 'x-proxy-proof-age'],
    'x-proxy-evidence',
  ]);
  for (const status of [200, 400]) {
    const headers = await headersOf({ ...kept, 'content-type': 'text/html' }, status);
    expect(Object.keys(headers).filter((name) => !allowed.has(name))).toEqual([]);
  }
});

test('a channel’s page has no rights on the dashboard’s origin, and no cache keeps it', async () => {
  const sent = {
    'content-type': 'text/html',
    'content-security-policy': 'default-src *',
    'x-content-type-options': 'off',
    'cache-control': 'public, max-age=31536000',
    'x-request-id': 'forged',
  };
  expect(await headersOf(sent)).toMatchObject({
    'content-type': 'text/html',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'no-store',
    'x-request-id': expect.stringMatching(/^req_/),
  });
});

test('the gateway’s own answers have no rights on the dashboard’s origin either', async () => {
  const gateway = await gatewayForTest();
  for (const path of ['/v1/models', '/v1/nothing', '/v1/models/none']) {
    const { headers } = await call(gateway.origin, path);
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
    });
  }
});

test('of two content types only the first is passed on', async () => {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, ['content-type', 'application/json', 'content-type', 'text/html']);
    response.end(goodBody);
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const { rawHeaders } = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  const types = rawHeaders.filter((_, at) => rawHeaders[at - 1] === 'content-type');
  expect(types).toEqual(['application/json']);
});
