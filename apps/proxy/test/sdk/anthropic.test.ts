import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import { expect, test } from 'vitest';
import { type Call, describeSdk, type Trial } from './describe-sdk.ts';
import { collect, type Way } from './open-two-ways.ts';

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

const given = {
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Who are you? 🙂' }],
  tools: [{ name: 'identify', input_schema: { type: 'object' as const } }],
};
const calls = {
  messages: (client: Anthropic, model: string) => client.messages.create({ model, ...given }),
  'streamed messages': (client: Anthropic, model: string) =>
    collect(client.messages.create({ model, ...given, stream: true })),
  'a message from its stream': (client: Anthropic, model: string) =>
    client.messages.stream({ model, ...given }).finalMessage(),
};

describeSdk<Anthropic, Options>({
  name: '@anthropic-ai/sdk',
  versions,
  calls,
  modelAt: (way, model) => way.modelPrefix + model,
  refused: ['http_422', 'http_529'],
  errorEvents: [['streamed messages', 'error_event_named']],
  retries: { call: 'messages', options: { maxRetries: 1 }, of: ['retried_429', 'retried_529'] },
  broken: {
    calls: ['streamed messages', 'a message from its stream'],
    error: { name: 'APIError', type: 'api_error' },
  },
  more: testAnthropic,
});

function testAnthropic({ clientOf, bothWays, through }: Trial<Anthropic, Options>): void {
  test('what the gateway refuses is a typed error', async () => {
    expect(await through(calls.messages, 'good', { apiKey: 'nobody' })).toMatchObject({
      error: { name: 'AuthenticationError', status: 401, type: 'authentication_error' },
    });
    expect(await through(calls.messages, 'nothing')).toMatchObject({
      error: { name: 'NotFoundError', status: 404, type: 'not_found_error' },
    });
    expect(await through(calls.messages, 'reset_before_headers')).toMatchObject({
      error: { name: 'InternalServerError', status: 502, type: 'api_error' },
    });
  });

  test('models are listed and retrieved', async () => {
    const client = clientOf('through');
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    // A page may be larger than was asked for.
    const paged = await collect(client.models.list({ limit: 1 }));
    expect(paged.map(({ id }) => id)).toEqual(ids);
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
    const count: Call<Anthropic> = (client, model) =>
      client.messages.countTokens({ model, messages });
    const { direct, through } = await bothWays(count, 'good');
    expect(direct.outcome).toEqual({ result: { input_tokens: 20 } });
    expect(through).toEqual(direct);
    const message = await clientOf('through').messages.create({ model: 'good', ...given });
    expect(message._request_id).toMatch(/^req_/);
  });
}
