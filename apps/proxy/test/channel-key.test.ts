import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { upstreamKey } from './test-channel.ts';

const chat = '/v1/chat/completions';
const stars = '*'.repeat(upstreamKey.length);

interface Sent {
  status?: number;
  headers?: Record<string, string>;
  pieces: (string | Buffer)[];
  apiKey?: string;
}

/** What a client receives of an answer sent in these pieces, one packet each. */
async function seen({ status = 200, headers = {}, pieces, apiKey }: Sent, stream = false) {
  const origin = await upstreamForTest(async (request, response) => {
    request.resume();
    response.writeHead(status, headers).flushHeaders();
    for (const piece of pieces) {
      await new Promise((sent) => setTimeout(sent, 2));
      response.write(piece);
    }
    response.end();
  });
  const fields = apiKey === undefined ? {} : { api_key: apiKey };
  const channels = { relay: { origin, models: { m: {} }, fields } };
  const gateway = await gatewayForTest({ channels });
  return call(gateway.origin, chat, { body: chatTo('relay/m', { stream }) });
}

/** The text in two pieces, cut at each place in the key's first occurrence. */
function cuts(text: string): [string, string][] {
  const at = text.indexOf(upstreamKey);
  return Array.from({ length: upstreamKey.length + 1 }, (_, n) => [
    text.slice(0, at + n),
    text.slice(at + n),
  ]);
}

const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream' };

test.each([200, 401, 500])(
  'in a %i body the key is covered by text of the same length',
  async (status) => {
    const text = `{"error":"${upstreamKey} is wrong: Bearer ${upstreamKey}"}`;
    const headers = { ...json, 'content-length': `${text.length}` };
    const answer = await seen({ status, headers, pieces: [text.slice(0, 20), text.slice(20)] });
    expect([answer.status, answer.text]).toEqual([status, text.replaceAll(upstreamKey, stars)]);
    expect(answer.headers['content-length']).toBe(`${text.length}`);
  },
);

test('the key is masked wherever a body is split', async () => {
  const text = `{"sk-up":"${upstreamKey}","more":"sk-upstream-01234"}`;
  const answers = await Promise.all(cuts(text).map((pieces) => seen({ headers: json, pieces })));
  for (const answer of answers) expect(answer.text).toBe(text.replaceAll(upstreamKey, stars));
  const byByte = await seen({ headers: json, pieces: [...text] });
  expect(byByte.text).toBe(text.replaceAll(upstreamKey, stars));
});

test('the key is masked in a stream and its error events, wherever they are split', async () => {
  const text =
    'data: {"choices":[{"delta":{"content":"sk-up"}}]}\n\n' +
    `data: {"error":{"message":"bad key ${upstreamKey}"}}\n\ndata: [DONE]\n\n`;
  const answers = await Promise.all(
    cuts(text).map((pieces) => seen({ headers: events, pieces }, true)),
  );
  for (const answer of answers) expect(answer.text).toBe(text.replaceAll(upstreamKey, stars));
});

test.each([
  ['a success', 200],
  ['an error', 401],
])(
  'the key is covered in %s that is compressed although a plain one was asked for',
  async (_, status) => {
    const text = `{"error":"${upstreamKey}"}`;
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await seen({ status, headers, pieces: [gzipSync(text)] });
    expect([answer.status, answer.text]).toEqual([status, `{"error":"${stars}"}`]);
    expect(answer.headers).not.toHaveProperty('content-encoding');
  },
);

test('the key is masked in headers', async () => {
  const headers = { ...json, 'x-oneapi-request-id': `for ${upstreamKey}` };
  for (const status of [200, 401]) {
    const answer = await seen({ status, headers, pieces: ['{}'] });
    expect(answer.headers['x-oneapi-request-id']).toBe(`for ${stars}`);
  }
});

test('the key is masked as JSON and URLs write it', async () => {
  const apiKey = 'sk-a/b+c"d=0123456789';
  const written = [
    apiKey.replaceAll('+', '\\u002B').replaceAll('"', '\\"'),
    encodeURIComponent(apiKey).toLowerCase(),

    JSON.stringify(apiKey),
    apiKey.replaceAll('/', '\\/').replaceAll('"', '\\"'),
    encodeURIComponent(apiKey),
  ];
  const answer = await seen({ headers: json, pieces: [written.join('\n')], apiKey });
  expect(answer.text).not.toMatch(/sk-a/);
  expect(answer.text).toHaveLength(written.join('\n').length);
});

test('a key of letters only is masked', async () => {
  const text = '{"error":"mysecretkey is wrong"}';
  const answer = await seen({ headers: json, pieces: [text], apiKey: 'mysecretkey' });
  expect(answer.text).toBe('{"error":"*********** is wrong"}');
});

test('a placeholder instead of a key isn’t masked', async () => {
  const text = '{"content":"placeholder for anything"}';
  for (const apiKey of ['anything', 'placeholder', 'x', 'for'])
    expect((await seen({ headers: json, pieces: [text], apiKey })).text).toBe(text);
});
