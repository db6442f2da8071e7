import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { upstreamKey } from './test-channel.ts';

async function start() {
  const provider = await providerForTest({ m: 'good', 'a"b\\c': 'good' });
  const models = { m: {}, 'a"b\\c': {} };
  const channels = {
    relay: { origin: provider.origin, models, fields: { anthropic_version: '2099-01-01' } },
    under: { origin: `${provider.origin}/relay/base`, models },
  };
  const gateway = await gatewayForTest({ channels });
  const send = async (path: string, body: string | object, headers = {}) => {
    const answer = await call(gateway.origin, path, { body, headers });
    const request = provider.requests.at(-1);
    if (!request) throw new Error(`nothing was forwarded: ${answer.text}`);
    return { answer, ...request };
  };
  return { gateway, provider, send };
}

const chat = '/v1/chat/completions';

// The text before the model and after it: no byte of either may change.
test.each([
  ['numbers', '{"n":1.0,"big":12345678901234567890,"e":1E+2,"z":-0,"model":"', '","t":0.10}'],
  ['key order and white space', '{ "b" : 1 ,\r\n\t"a":2,"model" :  "', '" , "c":[ ] }\n'],
  ['unknown and twice named fields', '{"x_unknown":{"y":[null]},"a":1,"a":2,"model":"', '"}'],
  ['escapes and unicode', '{"é":"\\u00e9\\/ü🙂\\ud83d\\ude42","model":"', '","s":"\\n\\t"}'],
  ['a model within', '{"messages":[{"model":"relay/x"}],"s":"\\"model\\":\\"y\\"","model":"', '"}'],
  ['the model first', '{"model":"', '","metadata":{"model":"relay/m"}}'],
  ['a model key spelt with escapes', '{"mod\\u0065l":"', '","a":1}'],
  [
    'a long body',
    `{"filler":"${'\\"{[é'.repeat(20_000)}","model":"`,
    '","tail":[1,{"model":"z"}]}',
  ],
])('a body goes up byte for byte but for its model: %s', async (_, before, after) => {
  const { send } = await start();
  for (const path of [chat, '/v1/responses', '/v1/messages']) {
    const { text } = await send(path, `${before}relay/m${after}`);
    expect(text === `${before}m${after}`, path).toBe(true);
  }
  // A bare name needs no change, however it is spelt.
  const bare = `${before}\\u006d${after}`;
  expect((await send(chat, bare)).text === bare).toBe(true);
});

test('a name that JSON must escape is escaped', async () => {
  const { send } = await start();
  const { text, model } = await send(chat, '{"model":"relay/a\\"b\\\\c"}');
  expect([text, model]).toEqual(['{"model":"a\\"b\\\\c"}', 'a"b\\c']);
});

test('a Gemini body is forwarded unchanged, even if it contains a model', async () => {
  const { send } = await start();
  const body = '{ "model":"relay/m", "contents" : [ ] , "n": 1.0}';
  expect((await send('/v1beta/models/relay/m:generateContent', body)).text).toBe(body);
});

test('the models inside a Gemini batch are sent without the channel that the path named', async () => {
  const { send } = await start();
  const batch = (name: string) =>
    `{"requests": [{"model":"models/${name}","content":{"parts":[{"text":"models/${name}"}]}}]}`;
  const { url, text } = await send('/v1beta/models/relay/m:batchEmbedContents', batch('relay/m'));
  expect(url).toBe('/v1beta/models/m:batchEmbedContents');
  expect(text).toBe(batch('relay/m').replace('models/relay/m', 'models/m'));
});

test('a batch that names its model too often is a 400, and nothing is forwarded', async () => {
  const { gateway, provider } = await start();
  const requests = Array.from({ length: 10_001 }, () => ({ model: 'models/relay/m' }));
  const path = '/v1beta/models/relay/m:batchEmbedContents';
  const answer = await call(gateway.origin, path, { body: { requests } });
  expect([answer.status, answer.json.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(answer.json.error.message).toBe('the body names its model too often');
  expect(provider.received()).toBe(0);
});

test('a channel’s path comes before the endpoint’s', async () => {
  const { send } = await start();
  expect((await send(chat, chatTo('under/m'))).url).toBe(`/relay/base${chat}`);
});

const passed = {
  'content-type': 'application/json; charset=utf-8',
  accept: 'text/event-stream',
  'accept-encoding': 'identity',
  'user-agent': 'claude-cli/2.1 (external, cli)',
  'openai-beta': 'responses=v1',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'a-2025, b-2026',
  'x-stainless-lang': 'js',
  'x-stainless-retry-count': '2',
  'session-id': 's-1',
  'thread-id': 't-1',
  originator: 'codex_cli_rs',
  'x-client-request-id': 'c-1',
  'x-claude-code-session-id': 'cc-1',
  'http-referer': 'https://app.example',
  'x-title': 'An app',
};

const kept = {
  cookie: 'a=b',
  'openai-organization': 'org-1',
  'openai-project': 'p-1',
  'x-goog-user-project': 'p-1',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-host': 'gateway.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '203.0.113.9',
  forwarded: 'for=203.0.113.9',
  'cf-connecting-ip': '203.0.113.9',
  'true-client-ip': '203.0.113.9',
  te: 'trailers',
  'keep-alive': 'timeout=5',
  'proxy-authorization': 'Basic abc',
  'proxy-connection': 'keep-alive',
  origin: 'https://app.example',
  'x-target-id': '',
  'x-unknown': 'x',
};

test('only the headers that an API reads are forwarded', async () => {
  const { send, gateway } = await start();
  const id = `${gateway.targetIds.relay}`;
  for (const path of [chat, '/v1/messages']) {
    // The gateway reads every answer, so it asks for uncompressed ones, whatever the client accepts.
    const sent = {
      ...kept,
      ...passed,
      'accept-encoding': 'gzip, br',
      via: '1.1 edge',
      'x-target-id': id,
    };
    const { headers } = await send(path, chatTo('m'), sent);
    expect(headers).toMatchObject(passed);
    for (const name of Object.keys(kept)) expect(headers, name).not.toHaveProperty(name);
    const { host, connection, authorization, 'content-length': length, via, ...rest } = headers;
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([connection, authorization]).toEqual(['keep-alive', `Bearer ${upstreamKey}`]);
    expect(via).toMatch(/^1\.1 edge, 1\.1 api-monitor-[0-9a-f]{16}$/);
    expect(Number(length)).toBe(JSON.stringify(chatTo('m')).length);
    const own = path === chat ? {} : { 'x-api-key': upstreamKey };
    expect(rest).toEqual({ ...passed, ...own });
  }
});

test('the channel’s key is sent in the form of each format', async () => {
  const { send } = await start();
  const keysOf = async (path: string) => {
    const { headers } = await send(path, chatTo('relay/m'));
    return [headers.authorization, headers['x-api-key'], headers['x-goog-api-key']];
  };
  const bearer = `Bearer ${upstreamKey}`;
  expect(await keysOf(chat)).toEqual([bearer, undefined, undefined]);
  expect(await keysOf('/v1/messages')).toEqual([bearer, upstreamKey, undefined]);
  const gemini = '/v1beta/models/relay/m:generateContent';
  expect(await keysOf(gemini)).toEqual([bearer, undefined, upstreamKey]);
});

test('the channel’s anthropic-version is sent if the client didn’t send one', async () => {
  const { send } = await start();
  const { headers } = await send('/v1/messages', chatTo('relay/m'));
  expect(headers['anthropic-version']).toBe('2099-01-01');
  const plain = await send(chat, chatTo('relay/m'));
  expect(plain.headers).not.toHaveProperty('anthropic-version');
});

test('a body of several megabytes is forwarded completely', async () => {
  const seen: number[] = [];
  const origin = await upstreamForTest((request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    request.on('end', () => {
      seen.push(size);
      response.end(goodBody);
    });
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const body = JSON.stringify(chatTo('relay/m', { filler: 'é'.repeat(1_500_000) }));
  expect((await call(gateway.origin, chat, { body })).status).toBe(200);
  expect(seen).toEqual([Buffer.byteLength(body) - 'relay/'.length]);
});
