import { createServer } from 'node:http';
import type { ModelListName } from '@api-monitor/fake-provider';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { type Probing, probingKey, startProbing } from './start-probing.ts';

let probing: Probing;
afterEach(() => probing.close());

test.each<[ModelListName, string[]]>([
  ['good', ['b', 'a']],
  ['duplicates', ['b', 'a']],
  ['junk_entries', ['b', 'a']],
  ['array', ['b', 'a']],
  ['empty', []],
])('a list that comes %s', async (name, models) => {
  probing = await startProbing({ b: 'good', a: 'good' });
  probing.provider.setModelList(name);
  expect(await probing.list()).toEqual({ ok: true, models, way: 'openai' });
});

test.each<[ModelListName, string]>([
  ['without_data', 'HTTP 200 without a list of models: {"object":"list"}'],
  ['page', 'HTTP 200 without a list of models: <html><p>Please log in</p></html>'],
  ['error_object', 'HTTP 200, response error: no plan'],
  ['status_401', 'HTTP 401: bad key'],
  ['status_404', 'HTTP 404: 404 page not found'],
  ['status_500', 'HTTP 500: down for repair'],
  ['cut_json', 'HTTP 200 without a list of models: {"data":[{"id":"a'],
  ['empty_body', 'HTTP 200 without a list of models: empty body'],
  ['reset', 'connection '],
])('in place of a list: %s', async (name, sentence) => {
  probing = await startProbing({ a: 'good' });
  probing.provider.setModelList(name);
  const list = await probing.list();
  expect(list.ok ? '' : list.message).toContain(sentence);
});

test('a wrong key is rejected, and not repeated', async () => {
  probing = await startProbing({ a: 'good' });
  const list = await probing.list({ apiKey: 'sk-another-key-987654' });
  expect(list).toEqual({
    ...{ ok: false, kind: 'auth', status: 401, message: 'HTTP 401: Incorrect API key provided' },
  });
});

test("an id that contains the channel's key is dropped", async () => {
  probing = await startProbing({ a: 'good', [probingKey]: 'good', [`x/${probingKey}`]: 'good' });
  expect(await probing.list()).toEqual({ ok: true, models: ['a'], way: 'openai' });
});

/** A provider that only lists in Gemini's way, a few ids a page, for ever. */
async function startGemini(idsPerPage: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    asked.push(url.pathname + (request.headers['x-goog-api-key'] ? ' with key' : ''));
    const page = Number(url.searchParams.get('pageToken') ?? 0);
    const models = Array.from({ length: idsPerPage }, (_, n) => ({
      name: `models/m-${page}-${n}`,
    }));
    if (url.pathname !== '/v1beta/models') response.writeHead(404).end('404 page not found');
    else response.end(JSON.stringify({ models, nextPageToken: String(page + 1) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { asked, baseUrl: `http://127.0.0.1:${address.port}` };
}

test('the ways of listing are tried in order, and the one that worked is tried first next time', async () => {
  probing = await startProbing({});
  const { asked, baseUrl } = await startGemini(2);
  const list = await probing.list({ baseUrl });
  expect(list).toMatchObject({ ok: true, way: 'gemini' });
  expect(list.ok && list.models.slice(0, 3)).toEqual(['m-0-0', 'm-0-1', 'm-1-0']);
  expect(asked.slice(0, 3)).toEqual(['/v1/models', '/v1/models', '/v1beta/models with key']);
  asked.length = 0;
  await probing.list({ baseUrl }, list.ok ? list.way : null);
  expect(asked[0]).toBe('/v1beta/models with key');
});

test.each([
  [2, 100],
  [1000, 5000],
])('a list without an end, %d ids a page, is cut', async (idsPerPage, models) => {
  probing = await startProbing({});
  const { asked, baseUrl } = await startGemini(idsPerPage);
  const list = await probing.list({ baseUrl });
  expect(list.ok && list.models.length).toBe(models);
  expect(asked.length).toBeLessThanOrEqual(52);
});
