import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, openTwoWays, outcomeOf, type TestBehaviour, type Way } from './open-two-ways.ts';

let ways: Awaited<ReturnType<typeof openTwoWays>>;

type Options = { maxRetries?: number; apiKey?: string; authToken?: string };
type Make = (way: Way, options?: Options) => Anthropic;

const optionsFor = (way: Way, options: Options) => ({
  baseURL: way.origin,
  apiKey: way.apiKey,
  timeout: 5_000,
  maxRetries: 0,
  ...options,
});

/** Guarantees that the calls made here are the same in both majors; their types are not. */
function asCurrent(client: Anthropic0): Anthropic {
  return client as unknown as Anthropic;
}

const versions: [string, Make][] = [
  ['1', (way, options = {}) => new Anthropic(optionsFor(way, options))],
  ['0', (way, options = {}) => asCurrent(new Anthropic0(optionsFor(way, options)))],
];

type Call = (client: Anthropic, model: string) => Promise<unknown>;
const given = {
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Who are you? 🙂' }],
  tools: [{ name: 'identify', input_schema: { type: 'object' as const } }],
};
const calls: Record<string, Call> = {
  messages: (client, model) => client.messages.create({ model, ...given }),
  'streamed messages': (client, model) =>
    collect(client.messages.create({ model, ...given, stream: true })),
  'a message from its stream': (client, model) =>
    client.messages.stream({ model, ...given }).finalMessage(),
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
  'http_529',
] as const;

describe.each(versions)('@anthropic-ai/sdk %s', (_, make) => {
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
    const { direct, through } = await bothWays(
      make,
      calling('streamed messages'),
      'error_event_named',
    );
    expect(direct.outcome).toHaveProperty('error');
    expect(through).toEqual(direct);
  });

  test.each(['retried_429', 'retried_529'] as const)(
    '%s is retried as often as directly',
    async (how) => {
      const { direct, through } = await bothWays(make, calling('messages'), how, { maxRetries: 1 });
      expect(direct.requests).toBe(2);
      expect(through).toEqual(direct);
    },
  );

  test('a stream that breaks is an error, never a success', async () => {
    for (const name of ['streamed messages', 'a message from its stream']) {
      for (const how of [
        'reset_midway',
        'closed_midway',
        'silent_truncation',
        'stream_without_end',
      ] as const) {
        const { outcome } = await throughAlone(make, calling(name), how);
        expect(outcome, how).toMatchObject({ error: { name: 'APIError', type: 'api_error' } });
        expect(JSON.stringify(outcome)).toContain('the channel broke off');
      }
    }
  });

  test('what the gateway refuses is a typed error', async () => {
    const { through, provider } = ways;
    const errorOf = async (options: Options, model: string) =>
      (await outcomeOf(provider, () => calling('messages')(make(through, options), model))).outcome;
    expect(await errorOf({ apiKey: 'nobody' }, 'relay/good')).toMatchObject({
      error: { name: 'AuthenticationError', status: 401, type: 'authentication_error' },
    });
    expect(await errorOf({}, 'relay/nothing')).toMatchObject({
      error: { name: 'NotFoundError', status: 404, type: 'not_found_error' },
    });
    expect(await errorOf({}, 'relay/reset_before_headers')).toMatchObject({
      error: { name: 'InternalServerError', status: 502, type: 'api_error' },
    });
  });

  test('models are listed and retrieved', async () => {
    const client = make(ways.through);
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    expect(ids).toContain('relay/good');
    expect(ids).toContain('good');
    expect(await client.models.retrieve('relay/good')).toMatchObject({
      type: 'model',
      id: 'relay/good',
      display_name: 'relay/good',
    });
    await expect(client.models.retrieve('relay/nothing')).rejects.toMatchObject({ status: 404 });
  });

  test('tokens are counted, and the request id is the gateway’s', async () => {
    const { messages } = given;
    const count: Call = (client, model) => client.messages.countTokens({ model, messages });
    const { direct, through } = await bothWays(make, count, 'good');
    expect(direct.outcome).toEqual({ result: { input_tokens: 20 } });
    expect(through).toEqual(direct);
    const message = await make(ways.through).messages.create({ model: 'good', ...given });
    expect(message._request_id).toMatch(/^req_/);
  });
});
