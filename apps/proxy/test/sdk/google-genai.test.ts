import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai-2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, openTwoWays, outcomeOf, type TestBehaviour, type Way } from './open-two-ways.ts';

let ways: Awaited<ReturnType<typeof openTwoWays>>;

type Options = { apiKey?: string; attempts?: number };
type Make = (way: Way, options?: Options) => GoogleGenAI;

const optionsFor = (way: Way, { apiKey, attempts = 1 }: Options) => ({
  apiKey: apiKey ?? way.apiKey,
  // The fake provider speaks v1beta alone; what 3.x asks of the gateway by itself has a test of its own.
  ...(way.modelPrefix === '' ? { apiVersion: 'v1beta' } : {}),
  httpOptions: { baseUrl: way.origin, timeout: 5_000, retryOptions: { attempts } },
});

/** Guarantees that the calls made here are the same in both majors; their types are not. */
function asCurrent(client: GoogleGenAI2): GoogleGenAI {
  return client as unknown as GoogleGenAI;
}

const versions: [string, Make][] = [
  ['3', (way, options = {}) => new GoogleGenAI(optionsFor(way, options))],
  ['2', (way, options = {}) => asCurrent(new GoogleGenAI2(optionsFor(way, options)))],
];

type Call = (client: GoogleGenAI, model: string) => Promise<unknown>;
const contents = 'Who are you? 🙂';
const calls: Record<string, Call> = {
  generateContent: (client, model) => client.models.generateContent({ model, contents }),
  generateContentStream: (client, model) =>
    collect(client.models.generateContentStream({ model, contents })),
};
const calling = (name: string): Call => calls[name] ?? (() => Promise.reject(new Error(name)));

/** The same call through the gateway alone. */
function throughAlone(make: Make, call: Call, how: TestBehaviour) {
  const { through, provider, rest } = ways;
  rest();
  const work = () => call(make(through), `models/${through.modelPrefix}${how}`);
  return outcomeOf(provider, work);
}

/** The same call directly and through the gateway, one after the other. */
async function bothWays(make: Make, call: Call, how: TestBehaviour, options: Options = {}) {
  const { direct, through, provider, rest } = ways;
  rest();
  // Without a prefix the SDK puts `models/` before a name; with a slash in it, it takes the name as a path.
  const nameAt = (way: Way) => (way.modelPrefix === '' ? how : `models/${way.modelPrefix}${how}`);
  const at = (way: Way) => outcomeOf(provider, () => call(make(way, options), nameAt(way)));
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
  'http_429',
  'http_500',
  'http_503',
] as const;

describe.each(versions)('@google/genai %s', (_, make) => {
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

  test('an error within a stream is the same as directly', async () => {
    const { direct, through } = await bothWays(
      make,
      calling('generateContentStream'),
      'error_event',
    );
    expect(through).toEqual(direct);
  });

  test('a failure is tried as often as directly', async () => {
    const { direct, through } = await bothWays(make, calling('generateContent'), 'retried_503', {
      attempts: 2,
    });
    expect(direct.requests).toBe(2);
    expect(through).toEqual(direct);
  });

  test('a stream that breaks is an error, never a success', async () => {
    for (const how of [
      'reset_midway',
      'closed_midway',
      'silent_truncation',
      'stream_without_end',
    ] as const) {
      const { outcome } = await throughAlone(make, calling('generateContentStream'), how);
      expect(outcome, how).toMatchObject({ error: { name: 'ApiError', status: 502 } });
      expect(JSON.stringify(outcome)).toContain('the channel broke off');
    }
  });

  test('what the gateway refuses is a typed error', async () => {
    const { through, provider } = ways;
    const errorOf = async (options: Options, model: string) =>
      (await outcomeOf(provider, () => calling('generateContent')(make(through, options), model)))
        .outcome;
    expect(await errorOf({ apiKey: 'nobody' }, 'good')).toMatchObject({
      error: { name: 'ApiError', status: 401, message: expect.stringContaining('UNAUTHENTICATED') },
    });
    expect(await errorOf({}, 'models/relay/nothing')).toMatchObject({
      error: { name: 'ApiError', status: 404, message: expect.stringContaining('NOT_FOUND') },
    });
    expect(await errorOf({}, 'models/relay/reset_before_headers')).toMatchObject({
      error: { name: 'ApiError', status: 502, message: expect.stringContaining('UNAVAILABLE') },
    });
  });

  test('models are listed and retrieved, bare names are called', async () => {
    const client = make(ways.through);
    const names = (await collect(client.models.list())).map(({ name }) => name);
    expect(names).toContain('models/relay/good');
    expect(await client.models.get({ model: 'models/relay/good' })).toMatchObject({
      name: 'models/relay/good',
    });
    await expect(client.models.get({ model: 'models/relay/nothing' })).rejects.toMatchObject({
      status: 404,
    });
    const answer = await client.models.generateContent({ model: 'good', contents });
    expect(answer.text).toBe('I am good.');
  });

  test('tokens are counted, and contents embedded', async () => {
    const count: Call = (client, model) => client.models.countTokens({ model, contents });
    const counted = await bothWays(make, count, 'good');
    expect(counted.direct.outcome).toMatchObject({ result: { totalTokens: 20 } });
    expect(counted.through).toEqual(counted.direct);
    const embed: Call = (client, model) => client.models.embedContent({ model, contents });
    const embedded = await bothWays(make, embed, 'good');
    expect(embedded.direct.outcome).toHaveProperty('result');
    expect(embedded.through).toEqual(embedded.direct);
  });
});
