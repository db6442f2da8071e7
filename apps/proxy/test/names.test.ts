import type { FakeProvider } from '@api-monitor/fake-provider';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { openTestGateway, type TestGateway } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

const channels = {
  openai: ['gpt-own', 'a:free'],
  router: ['openai/gpt-4o', 'openai/gpt-own', 'Pro/BAAI/bge-m3'],
  'router/openai': ['gpt-5'],
  '中文 渠道 #1/a?b': ['m', '100% 好', 'org/中 文'],
  models: ['gemini-odd'],
  google: ['models/gemini-2.5', 'tunedModels/own'],
};

let gateway: TestGateway;
let provider: FakeProvider;

beforeAll(async () => {
  // Google's paths name the model without its prefix, and its list with it.
  const names = Object.values(channels).flat();
  const served = [...names, ...names.map((name) => name.replace(/^models\//, ''))];
  provider = await startFakeProvider({
    models: Object.fromEntries(served.map((name) => [name, 'good' as const])),
    apiKey: upstreamKey,
  });
  gateway = await openTestGateway({
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, models]) => [
        name,
        { origin: provider.origin, models: Object.fromEntries(models.map((one) => [one, {}])) },
      ]),
    ),
  });
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

const google = { 'x-goog-api-key': 'sk-proxy-client-0123456789' };
const anthropic = { 'anthropic-version': '2023-06-01' };

/** The names of a list, in the caller's dialect. */
async function listed(path: string, headers: Record<string, string>): Promise<string[]> {
  const { json } = await call(gateway.origin, path, { headers });
  const items: { id?: string; name?: string }[] = json.data ?? json.models;
  return items.map(({ id, name }) => id ?? name ?? '');
}

const chatPath = '/v1/chat/completions';
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const asGemini = (path: string) =>
  call(gateway.origin, path, { headers: google, body: { contents } });
/** As a URL does by itself, and as clients do that encode a name's parts or all of it. */
const encodings = [
  (name: string) => encodeURI(name).replace('?', '%3F').replace('#', '%23'),
  (name: string) => name.split('/').map(encodeURIComponent).join('/'),
  (name: string) => encodeURIComponent(name),
];

test('every name that a list shows can be asked for, in every dialect', async () => {
  const lists = [
    await listed('/v1/models', {}),
    await listed('/v1/models', anthropic),
    await listed('/v1beta/models', google),
  ];
  for (const name of new Set(lists.flat())) {
    const answers = [
      await call(gateway.origin, chatPath, { body: chatTo(name) }),
      await call(gateway.origin, '/v1/responses', { body: { model: name, input: 'hi' } }),
      await call(gateway.origin, '/v1/messages', { body: chatTo(name), headers: anthropic }),
    ];
    for (const encoded of encodings) {
      const bare = encoded(name).replace(/^models(?:\/|%2F)/, '');
      answers.push(await asGemini(`/v1beta/models/${bare}:generateContent`));
      answers.push(await asGemini(`/v1/models/${bare}:generateContent`));
    }
    expect(
      answers.map(({ status }) => status),
      name,
    ).toEqual(answers.map(() => 200));
  }
});

test('each listed name can be looked up', async () => {
  for (const name of await listed('/v1/models', {})) {
    const path = `/v1/models/${name.split('/').map(encodeURIComponent).join('/')}`;
    expect((await call(gateway.origin, path)).json.id).toBe(name);
  }
});

test.each([
  ['google/gemini-2.5', 'models/gemini-2.5'],
  ['models/gemini-2.5', 'models/gemini-2.5'],
  ['google/models/gemini-2.5', 'models/gemini-2.5'],
  ['openai/gpt-4o', 'openai/gpt-4o'],
  ['openai/a:free', 'a:free'],
  ['router/Pro/BAAI/bge-m3', 'Pro/BAAI/bge-m3'],
])(
  '%s goes up as the channel lists it, in JSON, and without the prefix in a path',
  async (name, model) => {
    await call(gateway.origin, chatPath, { body: chatTo(name) });
    expect(provider.requests.at(-1)?.body).toMatchObject({ model });
    const plain = model.replace(/^models\//, '');
    const escaped = plain.split('/').map(encodeURIComponent).join('/');
    for (const path of [`/v1beta/models/${name}`, `/v1beta/${name}`]) {
      if (path === '/v1beta/models/gemini-2.5' || path.startsWith('/v1beta/models/models/'))
        continue;
      expect((await asGemini(`${path}:generateContent`)).status, path).toBe(200);
      expect(provider.requests.at(-1)?.url).toBe(`/v1beta/models/${escaped}:generateContent`);
    }
  },
);

test('a name that a channel and another’s model share goes to those that list it', async () => {
  const { headers } = await call(gateway.origin, chatPath, { body: chatTo('openai/gpt-own') });
  expect(headers['x-proxy-target-id']).toBe(`${gateway.targetIds.router}`);
});
