import { describe, expect } from 'vitest';
import { type Answer, good, json, oncePassed, relay, slowly, stream } from './channel-server.ts';
import { bodyFor, type Channel, type Field, pathOf, test, until } from './field-test.ts';

// What clients get if one of two channels fails. The sources are public reports of what clients met.

type Route = 'chat' | 'anthropic' | 'responses';

interface Pair {
  failing: Channel;
  other: Channel;
}

/** Two channels with one model; the one that fails once clients come is the faster one, so it is asked first. */
async function openPair(field: Field, model: string, route: Route, failure: Answer): Promise<Pair> {
  const failing = await field.open(relay([model], { [route]: oncePassed(failure) }));
  const other = await field.open(relay([model], { [route]: oncePassed(good, slowly(300)) }));
  return { failing, other };
}

const posts = ({ calls }: Channel) =>
  calls.filter(({ method, isLive }) => method === 'POST' && isLive).length;

interface Failure {
  route: Route;
  answer: Answer;
  /** Of a probe that meets it. */
  kind: string;
}
const openaiError = (status: number, message: string, more: object = {}) =>
  json(status, { error: { message, ...more } });

const failures: Record<string, Failure> = {
  // QuantumNous/new-api#7399, BYK/loreai#900
  'a 200 with an error in it': {
    ...{ route: 'chat', kind: 'upstream' },
    answer: openaiError(200, 'Provider returned error', { code: 504 }),
  },
  // router-for-me/CLIProxyAPI#3859, Wei-Shaw/sub2api#1587
  'a 400 about exhausted credit': {
    ...{ route: 'anthropic', kind: 'quota' },
    answer: json(400, {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API.',
      },
    }),
  },
  // diegosouzapw/OmniRoute#10335
  'a 403 about quota in Chinese': {
    ...{ route: 'chat', kind: 'quota' },
    answer: openaiError(403, '用户额度不足, 剩余额度: ＄-0.01', {
      type: 'new_api_error',
      code: 'insufficient_user_quota',
    }),
  },
  // langwatch/langwatch#5355, ding113/claude-code-hub#1354
  'a 404 for a model that has gone': {
    ...{ route: 'chat', kind: 'not_found' },
    answer: openaiError(404, 'The model `m` does not exist', { code: 'model_not_found' }),
  },
  'a 503 without a channel for the model': {
    ...{ route: 'chat', kind: 'not_found' },
    answer: openaiError(503, '当前分组 default 下对于模型 m 无可用渠道', { type: 'new_api_error' }),
  },
  'a revoked key': {
    ...{ route: 'responses', kind: 'auth' },
    answer: openaiError(401, 'Incorrect API key provided', { code: 'invalid_api_key' }),
  },
  'a quota that calls itself a rate limit': {
    ...{ route: 'chat', kind: 'quota' },
    answer: openaiError(429, 'RateLimitError: You exceeded your current quota', { code: '429' }),
  },
  'an HTML page': {
    ...{ route: 'chat', kind: 'bad_body' },
    answer: (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Down for repair</html>'),
  },
  'a reset': { route: 'chat', kind: 'network', answer: (_, response) => response.destroy() },
  'an error as the first event': {
    ...{ route: 'chat', kind: 'upstream' },
    answer: stream([{ data: { error: { message: 'no upstream', code: 502 } } }]),
  },
  'an empty stream': { route: 'chat', kind: 'bad_body', answer: stream([]) },
};

describe.concurrent('every client is served by the other channel after', () => {
  test.for(Object.entries(failures))('%s', async ([name, { route, answer, kind }], { field }) => {
    const model = `${route === 'anthropic' ? 'claude' : 'm'}-${name.replaceAll(/\W+/g, '-')}`;
    const { failing, other } = await openPair(field, model, route, answer);
    for (let sent = 0; sent < 4; sent += 1) {
      const got = await field.ask(pathOf[route], bodyFor[route](model, { stream: sent % 2 === 0 }));
      expect([got.status, got.text]).toEqual([200, expect.stringContaining('I am')]);
    }
    expect(posts(other)).toBe(4);
    const asked = posts(failing);
    expect(asked).toBeGreaterThan(0);
    expect(asked, 'it rests after a failure').toBeLessThan(4);
    await failing.run();
    expect(failing.found()).toEqual({ [model]: kind });
  });
});

describe.concurrent('a request goes where its own wire format was proven', () => {
  // songquanpeng/one-api#1168, MartialBE/one-hub#318, QuantumNous/new-api#4278
  test('of two channels, each with one', async ({ field }) => {
    const model = 'claude-wire';
    const byChat = await field.open(relay([model], { chat: good }));
    const byMessages = await field.open(relay([model], { anthropic: good }));
    for (const [route, channel] of [
      ['anthropic', byMessages],
      ['chat', byChat],
    ] as const) {
      for (let sent = 0; sent < 3; sent += 1) {
        const got = await field.ask(pathOf[route], bodyFor[route](model));
        expect([got.status, got.headers.get('x-proxy-target-id')]).toEqual([
          200,
          String(channel.id),
        ]);
      }
    }
  });

  test('and the only channel that refuses it is not asked twice', async ({ field }) => {
    const channel = await field.open(relay(['glm-only-chat'], { chat: good }));
    const ask = () =>
      field.ask(pathOf.anthropic, bodyFor.anthropic(`${channel.name}/glm-only-chat`));
    await ask();
    const asked = posts(channel);
    expect((await ask()).status).toBe(404);
    expect((await ask()).text).toContain('chat');
    expect(posts(channel)).toBe(asked);
  });
});

describe.concurrent('a complaint about the request', () => {
  test.for<[string, Answer]>([
    ['a parameter', openaiError(400, "Invalid value for 'temperature'", { param: 'temperature' })],
    ['the content', openaiError(400, 'The response was filtered', { code: 'content_filter' })],
  ])('%s goes to the client and counts against nobody', async ([name, answer], { field }) => {
    const model = `m-${name.replace(' ', '-')}`;
    const { failing, other } = await openPair(field, model, 'chat', answer);
    expect((await field.ask(pathOf.chat, bodyFor.chat(model))).status).toBe(400);
    expect(posts(other)).toBe(0);
    const [attempt] = await field.attemptsAt(failing, 1);
    expect(attempt?.is_live_failure).toBe(false);
  });

  test('about its length is tried elsewhere and counts against nobody', async ({ field }) => {
    const answer = openaiError(400, "This model's maximum context length is 8192 tokens.", {
      code: 'context_length_exceeded',
    });
    const { failing } = await openPair(field, 'm-too-long', 'chat', answer);
    expect((await field.ask(pathOf.chat, bodyFor.chat('m-too-long'))).status).toBe(200);
    const [attempt] = await field.attemptsAt(failing, 1);
    expect(attempt?.is_live_failure).toBe(false);
  });
});

describe.concurrent('a short outage of the only channel', () => {
  test.for<[string, Answer]>([
    ['resets', (_, response) => response.destroy()],
    ['503', openaiError(503, 'service unavailable')],
    ['429 without Retry-After', openaiError(429, 'too many requests')],
  ])(
    'of almost a second of %s is over after three, and worth a retry until then',
    async ([name, failure], { field }) => {
      const model = `m-blip-${name.replaceAll(/\W+/g, '-')}`;
      const state = { isOut: false };
      const answer: Answer = (call, response) => (state.isOut ? failure : good)(call, response);
      await field.open(relay([model], { chat: answer }));
      state.isOut = true;
      const startedMs = performance.now();
      setTimeout(() => {
        state.isOut = false;
      }, 900);
      const statuses: number[] = [];
      const ask = async () => {
        const got = await field.ask(pathOf.chat, bodyFor.chat(model));
        statuses.push(got.status);
        return got.status;
      };
      await until('the answer', ask, (status) => status === 200 && !state.isOut);
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      expect(statuses.filter((status) => status === 404)).toEqual([]);
    },
  );
});

describe.concurrent('a failure of a whole channel', () => {
  test('withdraws all its models at once, and an answer brings them back', async ({ field }) => {
    const models = ['m-whole-1', 'm-whole-2'];
    const state = { isRevoked: false };
    const revoked = openaiError(401, 'Incorrect API key provided', { code: 'invalid_api_key' });
    const answer: Answer = (call, response) => (state.isRevoked ? revoked : good)(call, response);
    const channel = await field.open(relay(models, { chat: answer }));
    const ask = (model: string) => field.ask(pathOf.chat, bodyFor.chat(`${channel.name}/${model}`));
    state.isRevoked = true;
    await ask('m-whole-1');
    const asked = posts(channel);
    expect((await ask('m-whole-2')).status).not.toBe(200);
    expect(posts(channel)).toBe(asked);
    state.isRevoked = false;
    await channel.run();
    expect(channel.found()).toEqual({ 'm-whole-1': 'alive', 'm-whole-2': 'alive' });
    expect((await ask('m-whole-2')).status).toBe(200);
  });
});
