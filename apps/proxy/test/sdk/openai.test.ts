import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { expect, test } from 'vitest';
import { type Call, describeSdk, type Trial } from './describe-sdk.ts';
import { collect, type Way } from './open-two-ways.ts';

type Options = { maxRetries?: number; apiKey?: string };
type Make = (way: Way, options?: Options) => OpenAI;

const optionsFor = (way: Way, options: Options) => ({
  baseURL: `${way.origin}/v1`,
  apiKey: way.apiKey,
  timeout: 5_000,
  maxRetries: 0,
  ...options,
});

/** Guarantees that the calls made here are the same in both majors; their types are not. */
function asCurrent(client: OpenAI6): OpenAI {
  return client as unknown as OpenAI;
}

const versions: [string, Make][] = [
  ['7', (way, options = {}) => new OpenAI(optionsFor(way, options))],
  ['6', (way, options = {}) => asCurrent(new OpenAI6(optionsFor(way, options)))],
];

const messages = [{ role: 'user' as const, content: 'Who are you? 🙂' }];
const tools = [
  { type: 'function' as const, function: { name: 'identify', parameters: { type: 'object' } } },
];
const calls = {
  chat: (client: OpenAI, model: string) =>
    client.chat.completions.create({ model, messages, tools }),
  'streamed chat': (client: OpenAI, model: string) =>
    collect(client.chat.completions.create({ model, messages, tools, stream: true })),
  responses: (client: OpenAI, model: string) =>
    client.responses.create({ model, input: 'Who are you?' }),
  'streamed responses': (client: OpenAI, model: string) =>
    collect(client.responses.create({ model, input: 'Who are you?', stream: true })),
};

describeSdk<OpenAI, Options>({
  name: 'openai',
  versions,
  calls,
  modelAt: (way, model) => way.modelPrefix + model,
  refused: ['http_422', 'http_503'],
  errorEvents: [
    ['streamed chat', 'error_event'],
    ['streamed chat', 'error_event_first'],
    ['streamed responses', 'error_event_named'],
    ['streamed responses', 'response_failed_event'],
  ],
  retries: { call: 'chat', options: { maxRetries: 1 }, of: ['retried_429', 'retried_500'] },
  broken: { calls: ['streamed chat', 'streamed responses'], error: { name: 'APIError' } },
  more: testOpenAI,
});

function testOpenAI({ clientOf, bothWays, through }: Trial<OpenAI, Options>): void {
  test('what the gateway refuses is a typed error', async () => {
    expect(await through(calls.chat, 'good', { apiKey: 'nobody' })).toMatchObject({
      error: { name: 'AuthenticationError', status: 401, code: 'invalid_api_key' },
    });
    expect(await through(calls.responses, 'nothing')).toMatchObject({
      error: { name: 'NotFoundError', status: 404, code: 'model_not_found', param: 'model' },
    });
    expect(await through(calls.chat, 'reset_before_headers')).toMatchObject({
      error: { name: 'InternalServerError', status: 502 },
    });
  });

  test('models are listed and retrieved', async () => {
    const client = clientOf('through');
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    const direct = (await collect(clientOf('direct').models.list())).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...direct.map((id) => `relay/${id}`), ...direct].toSorted());
    for (const id of ['relay/good', 'good']) {
      expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model' });
    }
    await expect(client.models.retrieve('relay/nothing')).rejects.toMatchObject({ status: 404 });
  });

  test('the request id is the gateway’s', async () => {
    const completion = await clientOf('through').chat.completions.create({
      model: 'good',
      messages,
    });
    expect(completion._request_id).toMatch(/^req_/);
  });

  test('embeddings, moderations, images and speech pass', async () => {
    const call: Call<OpenAI> = async (client, model) => [
      await client.embeddings.create({ model, input: 'a', encoding_format: 'float' }),
      await client.moderations.create({ model, input: 'a' }),
      await client.images.generate({ model, prompt: 'a' }),
      [
        ...Buffer.from(
          await (
            await client.audio.speech.create({ model, voice: 'alloy', input: 'a' })
          ).arrayBuffer(),
        ),
      ],
    ];
    const { direct, through } = await bothWays(call, 'good');
    expect(direct.outcome).toHaveProperty('result');
    expect(through).toEqual(direct);
  });
}
