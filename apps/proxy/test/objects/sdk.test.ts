import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import Anthropic0 from 'anthropic-sdk-0';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai-2';
import OpenAI from 'openai';
import { OpenAI as OpenAI6 } from 'openai-6';
import { expect, test } from 'vitest';
import { collect } from '../sdk/open-two-ways.ts';
import { clientKey, start } from './start.ts';

const text = 'what the file says ✓';
const line = (model: string) =>
  JSON.stringify({ custom_id: '1', method: 'POST', url: '/v1/chat/completions', body: { model } });

/** Guarantees that the calls made here are the same in both majors; their types are not. */
function asCurrent<T>(client: unknown): T {
  return client as T;
}

test.each([
  ['7', (options: object) => new OpenAI(options)],
  ['6', (options: object) => asCurrent<OpenAI>(new OpenAI6(options))],
])('openai %s: files and batches', async (_, make) => {
  const { gateway } = await start();
  const client = make({ apiKey: clientKey, baseURL: `${gateway.origin}/v1`, maxRetries: 0 });
  const upload = new File([text], 'a.txt', { type: 'text/plain' });
  const file = await client.files.create({ file: upload, purpose: 'user_data' });
  expect(file).toMatchObject({ object: 'file', filename: 'a.txt', purpose: 'user_data' });
  expect(await client.files.retrieve(file.id)).toMatchObject({ id: file.id });
  expect(await (await client.files.content(file.id)).text()).toBe(text);
  expect(await collect(client.files.list())).toMatchObject([{ id: file.id }]);
  expect(await client.files.delete(file.id)).toMatchObject({ deleted: true });
  expect(await collect(client.files.list())).toEqual([]);

  const jsonl = new File([`${line('a/m')}\n${line('m')}\n`], 'in.jsonl');
  const input = await client.files.create({ file: jsonl, purpose: 'batch' });
  const batch = await client.batches.create({
    ...{ input_file_id: input.id, endpoint: '/v1/chat/completions', completion_window: '24h' },
  });
  const done = await client.batches.retrieve(batch.id);
  expect(done.status).toBe('completed');
  expect(await (await client.files.content(done.output_file_id ?? '')).text()).toContain('1');
  expect(await collect(client.batches.list({ limit: 1 }))).toMatchObject([{ id: batch.id }]);
  expect((await client.batches.cancel(batch.id)).status).toBe('cancelling');
});

test('openai: stored responses', async () => {
  const { gateway } = await start();
  const client = new OpenAI({ apiKey: clientKey, baseURL: `${gateway.origin}/v1`, maxRetries: 0 });
  const { id } = await client.responses.create({ model: 'm', input: 'hi' });
  expect((await client.responses.retrieve(id)).output_text).toBe('Hi.');
  const events = await collect(client.responses.retrieve(id, { stream: true }));
  expect(events.map(({ type }) => type)).toEqual(['response.created', 'response.completed']);
  expect(await collect(client.responses.inputItems.list(id))).toMatchObject([{ id: 'msg_in' }]);
  expect((await client.responses.cancel(id)).status).toBe('cancelled');
  await client.responses.delete(id);
  await expect(client.responses.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError);
  // Only the request itself used tokens, however often its answer is fetched.
  const records = await gateway.recordsAtEnd();
  expect(records.flatMap(({ output_tokens }) => output_tokens ?? [])).toEqual([7]);
});

test.each([
  ['1', (options: object) => new Anthropic(options)],
  ['0', (options: object) => asCurrent<Anthropic>(new Anthropic0(options))],
])('anthropic %s: files and message batches', async (version, make) => {
  const { gateway, seenAt } = await start();
  const client = make({ authToken: clientKey, baseURL: gateway.origin, maxRetries: 0 });
  const files = asCurrent<typeof client.beta.files>(
    version === '1' ? client.beta.files : client.beta.files,
  );
  const file = await files.upload({ file: new File([text], 'a.txt', { type: 'text/plain' }) });
  expect((await files.retrieveMetadata(file.id)).filename).toBe('a.txt');
  expect(await (await files.download(file.id)).text()).toBe(text);
  expect(await collect(files.list())).toMatchObject([{ id: file.id }]);
  await files.delete(file.id);
  expect(seenAt('a')[0]?.headers['anthropic-beta'] ?? 'none').toMatch(/files-api|none/);

  const params = (model: string) => ({
    ...{ model, max_tokens: 9, messages: [{ role: 'user' as const, content: 'hi' }] },
  });
  const { batches } = client.messages;
  const batch = await batches.create({
    requests: [
      { custom_id: 'a', params: params('a/m') },
      { custom_id: 'b', params: params('m') },
    ],
  });
  expect(JSON.parse(`${seenAt('a').at(-1)?.body}`)).toMatchObject({
    requests: [{ params: { model: 'm' } }, { params: { model: 'm' } }],
  });
  expect((await batches.retrieve(batch.id)).processing_status).toBe('ended');
  expect(await collect(await batches.results(batch.id))).toMatchObject([{ custom_id: 'a' }]);
  expect(await collect(batches.list({ limit: 1 }))).toMatchObject([{ id: batch.id }]);
  await batches.cancel(batch.id);
  await batches.delete(batch.id);
  await expect(batches.retrieve(batch.id)).rejects.toThrow(client.messages ? /404/ : /404/);
});

test.each([
  ['3', (options: object) => new GoogleGenAI(options)],
  ['2', (options: object) => asCurrent<GoogleGenAI>(new GoogleGenAI2(options))],
])('@google/genai %s: files and caches', async (_, make) => {
  const { gateway, seenAt } = await start();
  const ai = make({ apiKey: clientKey, httpOptions: { baseUrl: gateway.origin } });
  const folder = await mkdtemp(join(tmpdir(), 'objects-'));
  const path = join(folder, 'a.txt');
  // More than one part of eight megabytes wouldn't pass this gateway's limit of four.
  await writeFile(path, text);
  for (const file of [path, new Blob([text], { type: 'text/plain' })]) {
    const made = await ai.files.upload({ file, config: { mimeType: 'text/plain' } });
    const name = made.name ?? '';
    expect(await ai.files.get({ name })).toMatchObject({ state: 'ACTIVE' });
    const downloadPath = join(folder, 'down.txt');
    await ai.files.download({ file: name, downloadPath });
    expect(await readFile(downloadPath, 'utf8')).toBe(text);
    expect(await collect(await ai.files.list())).toMatchObject([{ name }]);
    const contents = [
      { role: 'user', parts: [{ fileData: { fileUri: made.uri ?? '', mimeType: 'text/plain' } }] },
    ];
    await ai.models.generateContent({ model: 'm', contents });
    await ai.files.delete({ name });
  }
  const cache = await ai.caches.create({ model: 'a/m', config: { displayName: 'cache' } });
  expect(cache.model).toBe('models/m');
  const name = cache.name ?? '';
  expect((await ai.caches.get({ name })).displayName).toBe('cache');
  expect(await ai.caches.update({ name, config: { ttl: '60s' } })).toMatchObject({ ttl: '60s' });
  expect(await collect(await ai.caches.list())).toMatchObject([{ name }]);
  const config = { cachedContent: name };
  await ai.models.generateContent({ model: 'm', contents: 'hi', config });
  await ai.caches.delete({ name });
  await expect(ai.caches.get({ name })).rejects.toMatchObject({ status: 404 });
  for (const { headers, url } of seenAt('a')) {
    expect(JSON.stringify([headers, url])).not.toContain(clientKey);
  }
});
