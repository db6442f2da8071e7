import OpenAI from 'openai';
import OpenAI6 from 'openai-6';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, openTwoWays, outcomeOf, type TestBehaviour, type Way } from './open-two-ways.ts';

let ways: Awaited<ReturnType<typeof openTwoWays>>;

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

type Call = (client: OpenAI, model: string) => Promise<unknown>;
const messages = [{ role: 'user' as const, content: 'Who are you? 🙂' }];
const tools = [
  { type: 'function' as const, function: { name: 'identify', parameters: { type: 'object' } } },
];
const calls: Record<string, Call> = {
  chat: (client, model) => client.chat.completions.create({ model, messages, tools }),
  'streamed chat': (client, model) =>
    collect(client.chat.completions.create({ model, messages, tools, stream: true })),
  responses: (client, model) => client.responses.create({ model, input: 'Who are you?' }),
  'streamed responses': (client, model) =>
    collect(client.responses.create({ model, input: 'Who are you?', stream: true })),
};
const calling = (name: string): Call => calls[name] ?? (() => Promise.reject(new Error(name)));

/** The same call through the gateway alone. */
function throughAlone(make: Make, call: Call, how: TestBehaviour) {
  const { through, provider, rest } = ways;
  rest();
  const work = () => call(make(through), `${through.modelPrefix}${how}`);
  return outcomeOf(provider, work);
}

/** The same call directly and through the gateway, one after the other. */
async function bothWays(make: Make, call: Call, how: TestBehaviour, options: Options = {}) {
  const { direct, through, provider, rest } = ways;
  rest();
  const at = (way: Way) =>
    outcomeOf(provider, () => call(make(way, options), way.modelPrefix + how));
  return { direct: await at(direct), through: await at(through) };
}

const good = [
  'good',
  'paced',
  'tool_call',
  'thought_then_text',
  'long_text',
  'stopped_thinking',
  'gzip',
  'br',
] as const;
const refused = [
  'http_400',
  'http_401',
  'http_403',
  'http_404_model',
  'http_422',
  'http_429',
  'http_500',
  'http_503',
] as const;

describe.each(versions)('openai %s', (_, make) => {
  beforeAll(async () => {
    ways = await openTwoWays();
  });
  afterAll(() => ways.close());

  test.each(Object.keys(calls))('%s: the same result as directly', async (name) => {
    for (const how of good) {
      const { direct, through } = await bothWays(make, calling(name), how);
      expect(direct.outcome, how).toHaveProperty('result');
      expect(through, how).toEqual(direct);
    }
  });

  test.each(Object.keys(calls))('%s: the same error as directly', async (name) => {
    for (const how of refused) {
      const { direct, through } = await bothWays(make, calling(name), how);
      expect(direct.outcome, how).toHaveProperty('error.status', Number(/\d+/.exec(how)?.[0]));
      expect(through, how).toEqual(direct);
    }
  });

  test('an error within a stream is the same error as directly', async () => {
    for (const [name, how] of [
      ['streamed chat', 'error_event'],
      ['streamed chat', 'error_event_first'],
      ['streamed responses', 'error_event_named'],
      ['streamed responses', 'response_failed_event'],
    ] as const) {
      const { direct, through } = await bothWays(make, calling(name), how);
      expect(through, how).toEqual(direct);
    }
  });

  test.each(['retried_429', 'retried_500'] as const)(
    '%s is retried as often as directly',
    async (how) => {
      const { direct, through } = await bothWays(make, calling('chat'), how, { maxRetries: 1 });
      expect(direct.requests).toBe(2);
      expect(through).toEqual(direct);
    },
  );

  test.each(['streamed chat', 'streamed responses'])(
    '%s that breaks is an error, never a success',
    async (name) => {
      for (const how of [
        'reset_midway',
        'closed_midway',
        'silent_truncation',
        'stream_without_end',
      ] as const) {
        const { outcome } = await throughAlone(make, calling(name), how);
        expect(outcome, how).toMatchObject({ error: { name: 'APIError' } });
        expect(JSON.stringify(outcome)).toContain('the channel broke off');
      }
    },
  );

  test('what the gateway refuses is a typed error', async () => {
    const { through } = ways;
    const errorOf = async (work: () => Promise<unknown>) =>
      (await outcomeOf(ways.provider, work)).outcome;
    const stranger = make(through, { apiKey: 'nobody' });
    expect(await errorOf(() => calling('chat')(stranger, 'relay/good'))).toMatchObject({
      error: { name: 'AuthenticationError', status: 401, code: 'invalid_api_key' },
    });
    expect(await errorOf(() => calling('responses')(make(through), 'relay/nothing'))).toMatchObject(
      {
        error: { name: 'NotFoundError', status: 404, code: 'model_not_found', param: 'model' },
      },
    );
    expect(
      await errorOf(() => calling('chat')(make(through), 'relay/reset_before_headers')),
    ).toMatchObject({
      error: { name: 'InternalServerError', status: 502 },
    });
  });

  test('models are listed and retrieved', async () => {
    const client = make(ways.through);
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    const direct = (await collect(make(ways.direct).models.list())).map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...direct.map((id) => `relay/${id}`), ...direct].toSorted());
    for (const id of ['relay/good', 'good']) {
      expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model' });
    }
    await expect(client.models.retrieve('relay/nothing')).rejects.toMatchObject({ status: 404 });
  });

  test('the request id is the gateway’s', async () => {
    const completion = await make(ways.through).chat.completions.create({
      model: 'good',
      messages,
    });
    expect(completion._request_id).toMatch(/^req_/);
  });

  test('embeddings, moderations, images and speech pass', async () => {
    const call: Call = async (client, model) => [
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
    const { direct, through } = await bothWays(make, call, 'good');
    expect(direct.outcome).toHaveProperty('result');
    expect(through).toEqual(direct);
  });
});
