import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai-2';
import { expect, test } from 'vitest';
import { type Call, describeSdk, type Trial } from './describe-sdk.ts';
import { collect, type Way } from './open-two-ways.ts';

type Options = { apiKey?: string; attempts?: number };
type Make = (way: Way, options?: Options) => GoogleGenAI;

const optionsFor = (way: Way, { apiKey, attempts = 1 }: Options) => ({
  apiKey: apiKey ?? way.apiKey,
  // The fake provider has only v1beta; what 3.x asks the gateway by default has its own test.
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

const contents = 'Who are you? 🙂';
const calls = {
  generateContent: (client: GoogleGenAI, model: string) =>
    client.models.generateContent({ model, contents }),
  generateContentStream: (client: GoogleGenAI, model: string) =>
    collect(client.models.generateContentStream({ model, contents })),
};

describeSdk<GoogleGenAI, Options>({
  name: '@google/genai',
  versions,
  calls,
  // The SDK puts `models/` before a name, unless it has a slash: then it counts as a path.
  modelAt: ({ modelPrefix }, model) =>
    modelPrefix === '' ? model : `models/${modelPrefix}${model}`,
  refused: ['http_503'],
  errorEvents: [['generateContentStream', 'error_event']],
  retries: { call: 'generateContent', options: { attempts: 2 }, of: ['retried_503'] },
  broken: { calls: ['generateContentStream'], error: { name: 'ApiError', status: 502 } },
  more: testGoogleGenAI,
});

function testGoogleGenAI({ clientOf, bothWays, through }: Trial<GoogleGenAI, Options>): void {
  const { generateContent } = calls;

  test.each([
    ['good', { apiKey: 'nobody' }, 401, 'UNAUTHENTICATED'],
    ['nothing', {}, 404, 'NOT_FOUND'],
    ['reset_before_headers', {}, 502, 'UNAVAILABLE'],
  ])(
    'the gateway’s refusal of %s with %j is a typed error',
    async (model, options, status, word) => {
      expect(await through(generateContent, model, options)).toMatchObject({
        error: { name: 'ApiError', status, message: expect.stringContaining(word) },
      });
    },
  );

  test('models are listed and retrieved, bare names are called', async () => {
    const client = clientOf('through');
    const names = (await collect(client.models.list())).map(({ name }) => name);
    // A page may be larger than was asked for.
    const paged = await collect(client.models.list({ config: { pageSize: 1 } }));
    expect(paged.map(({ name }) => name)).toEqual(names);
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
    const count: Call<GoogleGenAI> = (client, model) =>
      client.models.countTokens({ model, contents });
    const counted = await bothWays(count, 'good');
    expect(counted.direct.outcome).toMatchObject({ result: { totalTokens: 20 } });
    expect(counted.through).toEqual(counted.direct);
    const embed: Call<GoogleGenAI> = (client, model) =>
      client.models.embedContent({ model, contents });
    const embedded = await bothWays(embed, 'good');
    expect(embedded.direct.outcome).toHaveProperty('result');
    expect(embedded.through).toEqual(embedded.direct);
  });
}
