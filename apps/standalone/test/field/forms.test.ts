import type { FakeRoute } from '@api-monitor/fake-provider';
import { describe, expect } from 'vitest';
import { type Answer, type Call, demanding, good, goodOn, json, relay } from './channel-server.ts';
import { bodyFor, pathOf, test } from './field-test.ts';

// What relays demand of a request's form. The sources are public reports of what clients met.

const openaiError = (status: number, message: string, more: object = {}) =>
  json(status, { error: { message, type: 'invalid_request_error', ...more } });

const onlyOn = (model: string, route: FakeRoute, refusal: Answer): Answer =>
  relay([model], {
    ...{ chat: refusal, responses: refusal, anthropic: refusal, gemini: refusal },
    [route]: good,
  });

/** How relays say that they don't serve a route. smallmain/vscode-unify-chat-provider#74 has the first. */
const refusals: [string, Answer][] = [
  [
    'a 500 convert_request_failed',
    openaiError(500, 'not implemented (request id: 1)', { code: 'convert_request_failed' }),
  ],
  ['a 500 in words', openaiError(500, 'chat completions is not supported by this channel')],
  [
    'a 400 unsupported_api_for_model',
    openaiError(400, 'The requested model is not supported.', {
      code: 'unsupported_api_for_model',
    }),
  ],
  ['a 405', json(405, {})],
  ['a 501', json(501, {})],
];

describe.concurrent('a route that the channel does not serve', () => {
  test.for(refusals)('is told by %s, and another is asked', async ([, refusal], { field }) => {
    const { found, row, name } = await field.open(onlyOn('glm-5', 'anthropic', refusal));
    expect([found(), row('glm-5').route]).toEqual([{ 'glm-5': 'alive' }, 'anthropic']);
    const got = await field.ask(pathOf.anthropic, bodyFor.anthropic(`${name}/glm-5`));
    expect(got.status).toBe(200);
  });

  test('leaves a Claude model alive along chat', async ({ field }) => {
    const answer = onlyOn(
      'claude-5',
      'chat',
      openaiError(500, 'messages is not supported by this channel'),
    );
    expect((await field.open(answer)).row('claude-5')).toMatchObject({
      success: true,
      route: 'chat',
    });
  });
});

const field422 = [
  {
    ...{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'] },
    ...{ msg: 'Extra inputs are not permitted', input: true },
  },
];
const isAudio = ({ body }: Call) => JSON.stringify(body.modalities ?? '').includes('audio');
const limitOf = ({ body }: Call) =>
  Number(body.max_tokens ?? body.max_completion_tokens ?? Number.POSITIVE_INFINITY);

interface Demand {
  /** Where it was reported. */
  source: string;
  model: string;
  route: FakeRoute;
  isMet: (call: Call) => boolean;
  complaint: Answer;
}

const withoutStreamOptions = {
  ...{ model: 'mistral-large', route: 'chat' as const },
  isMet: ({ body }: Call) => !('stream_options' in body),
};
const demands: Record<string, Demand> = {
  'a field named by the loc of message.detail': {
    ...withoutStreamOptions,
    source: 'avante-corp/avante.nvim#2347',
    complaint: json(422, { object: 'error', message: { detail: field422 }, param: null }),
  },
  'a field named by the loc of detail': {
    ...withoutStreamOptions,
    source: 'Gitlawb/openclaude#739',
    complaint: json(422, { detail: field422 }),
  },
  'a field named by the loc of an array of messages': {
    ...withoutStreamOptions,
    source: 'partITech/php-mistral#76',
    complaint: json(422, { object: 'Error', message: field422, detail: field422, code: 3001 }),
  },
  'a field named by param alone, in a 500': {
    ...withoutStreamOptions,
    source: 'a neighbour of these',
    complaint: json(500, { error: { message: 'Bad parameter', param: 'stream_options' } }),
  },
  'store: false': {
    ...{ source: 'diegosouzapw/OmniRoute#1432', model: 'gpt-5.3-codex', route: 'responses' },
    isMet: ({ body }) => body.store === false,
    complaint: json(400, { detail: 'Store must be set to false' }),
  },
  instructions: {
    ...{ source: 'router-for-me/CLIProxyAPI#41', model: 'gpt-5.2-codex', route: 'responses' },
    isMet: ({ body }) => Boolean(body.instructions),
    complaint: json(400, { detail: 'Instructions are required' }),
  },
  'a stream': {
    ...{ source: 'straff2002/OpenGlasses#410', model: 'gpt-5.1-codex', route: 'responses' },
    isMet: ({ isStream }) => isStream,
    complaint: json(400, { detail: 'Stream must be set to true' }),
  },
  'audio as a modality': {
    ...{ source: 'truefoundry/models#822', model: 'gpt-4o-audio-preview', route: 'chat' },
    isMet: isAudio,
    complaint: openaiError(
      400,
      'This model requires that either input content or output modality contain audio.',
      { param: 'model', code: 'invalid_value' },
    ),
  },
  max_completion_tokens: {
    ...{ source: 'a neighbour of these', model: 'o9-mini', route: 'chat' },
    isMet: ({ body }) => !('max_tokens' in body),
    complaint: openaiError(
      400,
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
  },
  'an input type': {
    ...{ source: 'a neighbour of these', model: 'nv-embedqa-e5-v5', route: 'embeddings' },
    isMet: ({ body }) => body.input_type === 'query',
    complaint: openaiError(400, "'input_type' parameter is required for asymmetric models"),
  },
};

describe.concurrent('a demand on the form of a request is met', () => {
  test.for(Object.entries(demands))('%s', async ([, demand], { field }) => {
    const { model, route, isMet, complaint } = demand;
    const channel = await field.open(
      relay([model], { [route]: demanding(isMet, complaint, goodOn(route)) }),
    );
    expect(channel.row(model)).toMatchObject({ success: true, route });
    const before = channel.calls.length;
    await channel.run();
    const asked = channel.calls.slice(before).filter(({ method }) => method === 'POST');
    expect(asked, 'the form that worked is remembered').toHaveLength(1);
  });
});

describe.concurrent('thinking that uses up the limit', () => {
  // laurent22/joplin#16594, BerriAI/litellm-docs#559
  test.for(['length', 'stop'] as const)(
    'without a report, ended by %s, is asked with a larger one',
    async (stop, { field }) => {
      const stopped = goodOn('chat', {
        text: '',
        stop: stop === 'stop' ? 'end' : 'limit',
        outputTokens: 0,
      });
      const answer = demanding((call) => limitOf(call) >= 512, stopped);
      const { row } = await field.open(relay(['thinker-1'], { chat: answer }));
      expect(row('thinker-1')).toMatchObject({ success: stop === 'length' });
    },
  );
});

describe.concurrent('a model is asked on the route that its name suggests', () => {
  const missing = json(400, {
    code: 20012,
    message: 'Model does not exist. Please check it carefully.',
    data: null,
  });

  // CherryHQ/cherry-studio#4972, Tencent/WeKnora#28, chatboxai/chatbox#3529
  test.for(['Pro/BAAI/bge-m3', 'BAAI/bge-m3', 'accounts/fireworks/models/nomic-embed-text-v1.5'])(
    'embeddings: %s',
    async (model, { field }) => {
      const channel = await field.open(relay([model], { chat: missing, embeddings: good }));
      expect(channel.row(model)).toMatchObject({ success: true, route: 'embeddings' });
      const got = await field.ask('/v1/embeddings', {
        model: `${channel.name}/${model}`,
        input: 'x',
      });
      expect(got.status).toBe(200);
    },
  );

  test.for(['nano-banana-pro', 'jimeng-4.0', 'vidu-q2', 'gen4_turbo', 'grok-imagine-image'])(
    'none: %s makes pictures or films, and is no failure',
    async (model, { field }) => {
      const channel = await field.open(relay([model, 'gpt-5'], { chat: good, responses: good }));
      expect(channel.found()).toEqual({ [model]: 'skipped', 'gpt-5': 'alive' });
      expect(channel.status).toBe('healthy');
      expect(channel.calls.filter((call) => call.model === model)).toEqual([]);
    },
  );

  test('none: one whose channel says that it makes pictures is no failure either', async ({
    field,
  }) => {
    const complaint = openaiError(400, 'This model only supports image generation.');
    const routes = {
      chat: complaint,
      responses: complaint,
      anthropic: complaint,
      gemini: complaint,
    };
    const channel = await field.open(relay(['pictor-9'], routes));
    expect(channel.found()).toEqual({ 'pictor-9': 'skipped' });
  });
});

describe.concurrent('a probe is careful', () => {
  // DullJZ/ChannelMonitor#13
  test.for([429, 503])(
    'with a channel that takes one request at a time and says so with %s',
    async (status, { field }) => {
      const models = ['conc-1', 'conc-2', 'conc-3', 'conc-4'];
      let underWay = 0;
      const complaint = json(
        status,
        { error: { message: '当前并发数已达上限 (1)，请稍后再试', code: 'concurrency_limit' } },
        { 'retry-after': '1' },
      );
      const oneAtATime: Answer = (call, response) => {
        if (underWay > 0) return complaint(call, response);
        underWay += 1;
        response.once('close', () => {
          underWay -= 1;
        });
        setTimeout(() => good(call, response), 150);
      };
      const channel = await field.open(relay(models, { chat: oneAtATime }));
      expect(channel.found()).toEqual(Object.fromEntries(models.map((model) => [model, 'alive'])));
      expect(channel.status).toBe('healthy');
    },
  );

  test('a client gate leaves a model that genuine clients may use', async ({ field }) => {
    const gate = json(403, { error: { message: 'This API is only for Claude Code.' } });
    const isGenuine = ({ headers }: Call) => headers['x-app'] === 'cli';
    const gated = demanding(isGenuine, gate);
    const channel = await field.open(relay(['claude-gate'], { anthropic: gated, chat: gate }));
    expect(channel.found()).toEqual({ 'claude-gate': 'gated' });
    const got = await field.ask(
      pathOf.anthropic,
      bodyFor.anthropic(`${channel.name}/claude-gate`),
      { headers: { 'x-app': 'cli' } },
    );
    expect([got.status, got.text]).toEqual([200, expect.stringContaining('I am claude-gate')]);
  });
});
