import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createLogger } from '@api-monitor/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { serveApi } from '../src/serve-api.ts';
import { adminToken, newTarget, openTestApi } from './open-test-api.ts';

/** Generous, because the machine may be busy; what isn't bounded takes minutes. */
const quickMs = 10_000;

/** The api behind a real socket, so that requests arrive as written: a browser or `fetch` would fix them. */
async function served() {
  const api = await openTestApi();
  const server = await serveApi(api.api, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close(0));
  const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const options = { port: server.port, host: '127.0.0.1', path, method, headers };
      const sent = request(options, (response) => {
        let text = '';
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on('error', reject).end(body);
    });
  return { ...api, ask };
}

test.each([
  ['a list within lists', '['.repeat(500_000)],
  ['closed lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['objects within objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['a field that goes deep', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a hundred thousand fields', `{${Array.from({ length: 80_000 }, (_, i) => `"f${i}":1`)}}`],
  ['a very long number', `{"interval_min":${'9'.repeat(500_000)}}`],
])('%s is refused quickly', async (_name, body) => {
  const { asAdmin } = await openTestApi();
  const startedAt = performance.now();
  const { status, json } = await asAdmin('POST', '/api/targets', body);
  expect([status, json.detail.length < 2_000]).toEqual([400, true]);
  expect(performance.now() - startedAt).toBeLessThan(quickMs);
});

test.each([
  '{"__proto__": {"polluted": true}, "name": "a", "base_url": "https://a.example", "api_key": "k"}',
  '{"constructor": {"prototype": {"polluted": true}}, "name": "a", "base_url": "https://a.example", "api_key": "k"}',
])('keys that target the prototype change nothing: %.40s', async (body) => {
  const { asAdmin, asSession, db } = await openTestApi();
  const { status } = await asAdmin('POST', '/api/targets', body);
  const imported = await asSession('POST', '/api/admin/channels/import', `[${body}]`);
  expect(imported.json.counts.refused).toBe(1);
  expect(status).toBe(400);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(await db.kysely.selectFrom('targets').select('id').execute()).toEqual([]);
});

test.each([
  { api_key: 'sk-x\r\nX-Injected: yes' },
  { api_key: 'sk-x\u0000' },
  { anthropic_version: '2023-06-01\r\nX-Injected: yes' },
  { anthropic_version: 'versión' },
  { base_url: 'https://relay.example/\r\nX-Injected: yes' },
  { base_url: 'https://relay.example/ HTTP/1.1' },
  { base_url: 'https://user:pass@relay.example' },
  { base_url: 'javascript:alert(1)' },
  { source_url: 'javascript:alert(1)' },
  { source_url: 'data:text/html,x' },
  { name: 'relay\r\nset-cookie: a=b' },
  { name: 'relay\u2028' },
  { selected_models: ['gpt\r\n4'] },
])('no field accepts what would end a header or a line: %j', async (fields) => {
  const { asAdmin } = await openTestApi();
  const { status, json } = await asAdmin('POST', '/api/targets', { ...newTarget, ...fields });
  expect(status).toBe(400);
  expect(json.detail).toMatch(new RegExp(`^${Object.keys(fields)[0]}`));
});

test.each([
  '/api/targets/1/runs?limit=1000000',
  '/api/targets/1/logs?limit=1000000',
  '/api/proxy/requests?limit=1000000',
  '/api/admin/audit?limit=1000000',
])('a page of a million rows is refused: %s', async (path) => {
  const { asSession } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  const { status, json } = await asSession('GET', path);
  expect([status, json.detail]).toEqual([400, expect.stringContaining('limit must be')]);
});

test('headers that would make a regular expression backtrack are read at once', async () => {
  const { ask } = await served();
  const long = 20_000;
  const odd: Record<string, string>[] = [
    { authorization: `Bearer${' '.repeat(long)}` },
    { authorization: `Bearer x${' '.repeat(long)}!y` },
    { 'x-forwarded-for': '1,'.repeat(long / 2) },
    { 'x-forwarded-proto': 'https,'.repeat(long / 6) },
    { cookie: 'api_monitor_admin_session='.repeat(long / 26) },
    { cookie: `a=${'%'.repeat(long)}` },
    { 'last-event-id': '9'.repeat(long) },
    { 'user-agent': '('.repeat(long) },
    { accept: 'a/b;'.repeat(long / 4) },
    { 'accept-encoding': 'gzip,'.repeat(long / 5) },
    { range: 'bytes=0-,'.repeat(long / 9) },
    { 'if-none-match': 'W/"x",'.repeat(long / 6) },
  ];
  for (const headers of odd) {
    for (const path of ['/api/targets', '/api/events', '/', '/api/admin/session']) {
      const startedAt = performance.now();
      const { status } = await ask(path, headers);
      expect(status, `${path} ${Object.keys(headers)}`).toBeLessThan(500);
      expect(performance.now() - startedAt).toBeLessThan(quickMs);
    }
  }
});

test('no spelling of a path escapes from the dashboard', async () => {
  const { ask, dataDir } = await served();
  const secret = 'a file beside the dashboard';
  await writeFile(join(dataDir, 'secret.txt'), secret);
  await mkdir(join(dataDir, 'web', 'assets'), { recursive: true });
  const climbs = [
    '..',
    '%2e%2e',
    '..%2f',
    '..%5c',
    '..\\',
    '%252e%252e',
    '.%2e',
    '..;',
    '..%c0%af',
  ];
  for (const climb of climbs) {
    for (const start of ['/', '/assets/', '//', '/assets/../']) {
      for (const file of ['secret.txt', 'registry.db', 'encryption.key']) {
        const { status, text } = await ask(`${start}${climb}/${file}`);
        expect(status, `${start}${climb}/${file}`).toBeGreaterThanOrEqual(400);
        expect(text).not.toContain(secret);
        expect(text).not.toContain('SQLite format');
      }
    }
  }
});

test('a request cannot forge a line of the log', async () => {
  const lines: string[] = [];
  const logger = createLogger(
    { name: 'test', level: 'debug' },
    { write: (line) => lines.push(line) },
  );
  const forged = 'x\n{"level":30,"msg":"all is well"}\r\n\u001b[2J\u2028';
  logger.error({ err: new Error(forged), path: forged, reason: forged }, forged);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(lines[0] ?? '').path).toBe(forged);
});

test('event streams are limited per address, and one that leaves makes room', async () => {
  const { api } = await openTestApi();
  const open = () => api.app.request(`/api/events?token=${adminToken}`);
  const streams = await Promise.all(Array.from({ length: 130 }, open));
  const refused = streams.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(30);
  expect(refused[0]?.headers.get('retry-after')).toBe('30');
  await streams[0]?.body?.cancel();
  // A HEAD doesn't count.
  const head = await api.app.request(`/api/events?token=${adminToken}`, { method: 'HEAD' });
  expect(head.status).toBe(200);
  const next = await open();
  expect(next.status).toBe(200);
  for (const { body } of [...streams.slice(1), next]) await body?.cancel();
});
