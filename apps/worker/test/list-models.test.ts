import type { ModelListName } from '@api-monitor/fake-provider';
import { afterEach, expect, test } from 'vitest';
import { type Probing, probingKey, startProbing } from './start-probing.ts';

let probing: Probing;
afterEach(() => probing.close());

test.each<[ModelListName, string[]]>([
  ['good', ['b', 'a']],
  ['duplicates', ['b', 'a']],
  ['junk_entries', ['b', 'a']],
  ['empty', []],
])('a list that comes %s', async (name, models) => {
  probing = await startProbing({ b: 'good', a: 'good' });
  probing.provider.setModelList(name);
  expect(await probing.list()).toEqual({ ok: true, models });
});

test.each<[ModelListName, string]>([
  ['array', 'HTTP 200 without a list of models: [{"id":"a","object":"model","created":'],
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
  expect(list.ok ? '' : list.error).toContain(`model list: ${sentence}`);
});

test('a wrong key is rejected, and not repeated', async () => {
  probing = await startProbing({ a: 'good' });
  const list = await probing.list({ apiKey: 'sk-another-key-987654' });
  expect(list).toEqual({ ok: false, error: 'model list: HTTP 401: Incorrect API key provided' });
});

test("an id that contains the channel's key is dropped", async () => {
  probing = await startProbing({ a: 'good', [probingKey]: 'good', [`x/${probingKey}`]: 'good' });
  expect(await probing.list()).toEqual({ ok: true, models: ['a'] });
});
