import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { expect, test } from 'vitest';
import { call } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

const paths = [
  '/v1/audio/transcriptions',
  '/v1/audio/translations',
  '/v1/images/edits',
  '/v1/images/variations',
];
const routes = ['transcriptions', 'translations', 'image-edits', 'image-variations'];

const heard = { text: 'heard by one' };

interface Seen {
  url: string;
  type: string;
  body: Buffer;
}

/** Two channels that offer `whisper-1`; `status`: what the first one answers. */
async function start(status = 200) {
  const seen: Record<string, Seen[]> = { one: [], two: [] };
  const upstream = (name: string, answer: number) =>
    upstreamForTest(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { url = '', headers } = request;
      const body = Buffer.concat(chunks);
      seen[name]?.push({ url, type: headers['content-type'] ?? '', body });
      response.writeHead(answer, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ text: `heard by ${name}` }));
    });
  const models = { 'whisper-1': {}, 'vendor/whisper': {} };
  const gateway = await gatewayForTest({
    channels: {
      one: { origin: await upstream('one', status), models },
      two: { origin: await upstream('two', 200), models },
    },
    keys: [
      { key: 'sk-two', channels: ['two'] },
      { key: 'sk-model', allowed_models: ['one/vendor/whisper'] },
    ],
  });
  return { gateway, seen };
}

const sound = Buffer.from([0, 255, 13, 10, 45, 45, 98, 13, 10, 128]);
const form = (model: string | null, { bytes = sound, more = '' } = {}) =>
  Buffer.concat([
    Buffer.from('--a"b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n'),
    Buffer.from('content-type: audio/wav\r\n\r\n'),
    bytes,
    Buffer.from(
      model === null
        ? ''
        : `\r\n--a"b\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}`,
    ),
    Buffer.from(`${more}\r\n--a"b--\r\n`),
  ]);
// A quote isn't allowed in a boundary, so it is another one that is sent.
const sent = (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll('a"b', 'x y'), 'latin1');
const type = 'multipart/form-data; boundary="x y"';
const post = (body: Buffer, more: { key?: string; type?: string } = {}) => ({
  body: sent(body),
  headers: { 'content-type': more.type ?? type },
  ...(more.key === undefined ? {} : { key: more.key }),
});

test.each(paths)('a form to %s goes up as it came, but for its model', async (path) => {
  const { gateway, seen } = await start();
  for (const name of ['one/whisper-1', 'whisper-1', 'models/whisper-1']) {
    const answer = await call(gateway.origin, path, post(form(name)));
    expect([answer.status, answer.json]).toEqual([200, { text: 'heard by one' }]);
    expect(seen.one?.at(-1)).toEqual({ url: path, type, body: sent(form('whisper-1')) });
  }
  await call(gateway.origin, path.slice('/v1'.length), post(form('two/vendor/whisper')));
  expect(seen.two?.at(-1)).toEqual({ url: path, type, body: sent(form('vendor/whisper')) });
});

test('each form has a record with its route and no content', async () => {
  const { gateway } = await start();
  for (const path of paths) await call(gateway.origin, path, post(form('one/whisper-1')));
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ route }) => route)).toEqual(routes);
  expect(records[0]).toMatchObject({
    requested_model: 'one/whisper-1',
    model: 'whisper-1',
    target_name: 'one',
    request_bytes: form('one/whisper-1').length,
  });
});

test('a key’s limits hold for forms', async () => {
  const { gateway, seen } = await start();
  const [path = ''] = paths;
  const by = async (model: string, key: string) => {
    const { status } = await call(gateway.origin, path, post(form(model), { key }));
    return status;
  };
  expect(await by('one/whisper-1', 'sk-two')).toBe(403);
  expect(await by('whisper-1', 'sk-two')).toBe(200);
  expect([seen.one?.length, seen.two?.length]).toEqual([0, 1]);
  expect(await by('whisper-1', 'sk-model')).toBe(403);
  expect(await by('vendor/whisper', 'sk-model')).toBe(200);
});

test('a form moves on to the next channel, with the same bytes', async () => {
  const { gateway, seen } = await start(500);
  const body = form('whisper-1', { bytes: Buffer.alloc(2_000_000, sound) });
  const answer = await call(gateway.origin, '/v1/audio/transcriptions', post(body));
  expect([answer.status, answer.json]).toEqual([200, { text: 'heard by two' }]);
  for (const name of ['one', 'two']) expect(seen[name]?.[0]?.body.equals(sent(body))).toBe(true);
});

test('these endpoints also take JSON, as some channels do', async () => {
  const { gateway, seen } = await start();
  const body = { model: 'one/whisper-1', audio: 'UklGRg==' };
  expect((await call(gateway.origin, '/v1/audio/transcriptions', { body })).status).toBe(200);
  expect(JSON.parse(`${seen.one?.[0]?.body}`)).toEqual({ ...body, model: 'whisper-1' });
});

const field = (name: string, value: string) =>
  `\r\n--a"b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}`;

test.each([
  ['without a model', post(form(null)), 'a text field "model"'],
  [
    'with two models',
    post(form('m', { more: field('model', 'n') })),
    'more than one field "model"',
  ],
  ['with a hidden model', post(form('m', { more: field('MODEL', 'n') })), 'more than one field'],
  ['without an end', post(form('m').subarray(0, -6)), 'it has no end'],
  ['without a boundary', post(form('m'), { type: 'multipart/form-data' }), 'with one boundary'],
  ['of another kind', post(form('m'), { type: 'multipart/mixed; boundary=b' }), 'form-data'],
  ['that is no form', post(form('m'), { type: 'audio/wav' }), 'multipart/form-data, or a JSON'],
])('400 for a form %s, which names what is wrong', async (_, given, words) => {
  const { gateway, seen } = await start();
  for (const path of paths) {
    const { status, json } = await call(gateway.origin, path, given);
    expect([status, json.error.type, json.error.code]).toEqual([
      ...[400, 'invalid_request_error', 'invalid_request'],
    ]);
    expect(json.error.message).toContain(words);
  }
  expect(seen.one).toEqual([]);
});

/** Guarantees that the calls made here are the same in both majors; their types are not. */
function asCurrent(client: OpenAI6): OpenAI {
  return client as unknown as OpenAI;
}

test('the official SDKs’ forms are served, a stream too', async () => {
  const { gateway, seen } = await start();
  const options = { apiKey: clientKey, baseURL: `${gateway.origin}/v1` };
  for (const client of [new OpenAI(options), asCurrent(new OpenAI6(options))]) {
    const file = new File([sound], 'große "a".wav', { type: 'audio/wav' });
    const model = 'one/whisper-1';
    expect(await client.audio.transcriptions.create({ model, file })).toEqual(heard);
    expect(await client.audio.translations.create({ model, file })).toEqual(heard);
    expect(await client.images.edit({ model, image: [file, file], prompt: 'x' })).toEqual(heard);
    expect(await client.images.createVariation({ model, image: file })).toEqual(heard);
    await client.audio.transcriptions.create({ model, file, stream: true });
    for (const { body, type: got } of seen.one ?? []) {
      const sentForm = await new Response(new Uint8Array(body), {
        headers: { 'content-type': got },
      }).formData();
      expect(sentForm.getAll('model')).toEqual(['whisper-1']);
    }
  }
  expect(seen.one).toHaveLength(10);
});

test('two content types are refused, because a channel might read the other boundary', async () => {
  const { gateway } = await start();
  const headers = { 'content-type': [type, 'multipart/form-data; boundary=other'] };
  const given = { body: sent(form('one/whisper-1')), headers };
  expect((await call(gateway.origin, '/v1/images/edits', given)).status).toBe(400);
});
