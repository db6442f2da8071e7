import { expect, test } from 'vitest';
import { started, tempDir } from './start-program.ts';

const app = 'https://app.example';
const token = 'token-of-the-test';
const master = 'sk-master-0123456789abcdef';
const preflight = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,content-type',
};

/** Paths of the dashboard; two of them share a method with a route of the gateway. */
const dashboard: [method: string, path: string][] = [
  ['GET', '/'],
  ['HEAD', '/'],
  ['GET', '/index.html'],
  ['GET', '/models.html'],
  ['GET', '/admin.html'],
  ['GET', '/docs/proxy'],
  ['GET', '/docs/api'],
  ['GET', '/metrics'],
  ['GET', '/api/targets'],
  ['POST', '/api/targets'],
  ['GET', '/api/health'],
  ['HEAD', '/api/hello'],
  ['GET', '/api/openapi.json'],
  ['POST', '/api/admin/login'],
  ['GET', '/api/admin/settings'],
  ['GET', '/badge/none.svg'],
  ['GET', '/nothing'],
];

const gateway: [method: string, path: string, status: number][] = [
  ['GET', '/v1/models', 200],
  ['GET', '/v1beta/models', 200],
  ['GET', '/models', 200],
  ['POST', '/v1/chat/completions', 400],
  ['POST', '/chat/completions', 400],
  ['POST', '/responses', 400],
  ['POST', '/messages', 400],
  ['POST', '/v1beta/models/m:generateContent', 404],
  ['GET', '/v1/nothing', 404],
];

const corsHeadersOf = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

test.each([app, '*'])(
  'with PROXY_CORS_ORIGINS=%s only the gateway is open to pages of other origins',
  async (origins) => {
    const { origin } = await started({
      DATA_DIR: await tempDir(),
      API_MONITOR_TOKEN: token,
      PROXY_MASTER_TOKEN: master,
      PROXY_CORS_ORIGINS: origins,
    });
    const ask = (method: string, path: string, key: string, headers: Record<string, string> = {}) =>
      fetch(origin + path, {
        method,
        headers: { origin: app, authorization: `Bearer ${key}`, ...headers },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
    for (const [method, path] of dashboard) {
      for (const key of [token, 'wrong']) {
        const answer = await ask(method, path, key);
        expect(corsHeadersOf(answer.headers), `${method} ${path}`).toEqual([]);
      }
      const asked = await ask('OPTIONS', path, token, preflight);
      expect(corsHeadersOf(asked.headers), `preflight of ${method} ${path}`).toEqual([]);
    }
    const allowed = origins === '*' ? '*' : app;
    for (const [method, path, status] of gateway) {
      const answer = await ask(method, path, master);
      const actual = [answer.status, answer.headers.get('access-control-allow-origin')];
      expect(actual, `${method} ${path}`).toEqual([status, allowed]);
      const asked = await ask('OPTIONS', path, master, preflight);
      const allows = asked.headers.get('access-control-allow-origin');
      expect([asked.status, allows], `preflight of ${method} ${path}`).toEqual([204, allowed]);
    }
  },
);
