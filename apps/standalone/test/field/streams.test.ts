import {
  type FakeRoute,
  namedEvent,
  replyWith,
  type WireEvent,
  wireFor,
} from '@api-monitor/fake-provider';
import { describe, expect } from 'vitest';
import { type Answer, good, goodOn, json, oncePassed, relay, stream } from './channel-server.ts';
import { bodyFor, pathOf, test } from './field-test.ts';

// How streams begin, carry errors and end. The sources are public reports of what clients met.

const chunk = (model: string, delta: object, finish: unknown, more: object = {}): WireEvent => ({
  data: {
    ...{ id: 'c-1', object: 'chat.completion.chunk', created: 1, model },
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  },
});
const eventsOf = (route: FakeRoute, model: string) =>
  wireFor(route).events(replyWith({ text: `I am ${model}.` }), model);
const typeOf = ({ event }: WireEvent) => event ?? '';

describe.concurrent('a responses stream is read', () => {
  const model = 'gpt-5.4';
  const events = eventsOf('responses', model);
  const withOutput = (output: unknown[] | undefined) =>
    events.map((one) =>
      typeOf(one) === 'response.completed'
        ? namedEvent('response.completed', {
            response: {
              id: 'resp_1',
              object: 'response',
              model,
              status: 'completed',
              ...(output ? { output } : {}),
            },
          })
        : one,
    );

  // straff2002/OpenGlasses#410, BerriAI/litellm#32724
  test('if its text is only in output_item.done', async ({ field }) => {
    const isDelta = (one: WireEvent) => /delta|added/.test(typeOf(one));
    const sent = withOutput(undefined).filter((one) => !isDelta(one));
    const { row } = await field.open(relay(['gpt-5.4'], { responses: stream(sent) }));
    expect(row('gpt-5.4')).toMatchObject({ success: true, content: 'I am gpt-5.4.' });
  });

  // QuantumNous/new-api#4362, open-webui/open-webui#27800
  test('if its last event has an empty output, and passes unchanged', async ({ field }) => {
    const sent = withOutput([]);
    const { row, name } = await field.open(relay(['gpt-5.4'], { responses: stream(sent) }));
    expect(row('gpt-5.4').success).toBe(true);
    const got = await field.ask(
      pathOf.responses,
      bodyFor.responses(`${name}/gpt-5.4`, { stream: true }),
    );
    const texts = sent.map(
      ({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    );
    expect(got.text).toBe(texts.join(''));
  });
});

describe.concurrent('an error in a stream is a failure', () => {
  // diegosouzapw/OmniRoute#8210, damianvtran/local-operator#223, dcdpr/jp#978
  const midway = (model: string): WireEvent[] => [
    chunk(model, { role: 'assistant', content: 'par' }, null),
    chunk(model, { content: '' }, 'error', {
      provider: 'Up',
      error: { code: 502, message: 'Provider disconnected' },
    }),
    { data: '[DONE]' },
  ];
  test('if it is behind other fields of a chunk', async ({ field }) => {
    const broken: Answer = (call, response) => stream(midway(call.model))(call, response);
    const channel = await field.open(relay(['or-mid'], { chat: oncePassed(broken) }));
    await field.ask(pathOf.chat, bodyFor.chat(`${channel.name}/or-mid`, { stream: true }));
    const [attempt] = await field.attemptsAt(channel, 1);
    expect(attempt?.is_live_failure).toBe(true);
    await channel.run();
    expect(channel.row('or-mid').error).toContain('Provider disconnected');
  });

  test.for<[string, FakeRoute, WireEvent[]]>([
    [
      'as finish_reason alone',
      'chat',
      [chunk('m-err', { content: '' }, 'error'), { data: '[DONE]' }],
    ],
    ['as the first event', 'chat', [{ data: { error: { message: 'overloaded', code: 503 } } }]],
    ['as a string', 'chat', [{ data: { error: 'upstream went away' } }]],
    [
      'as a named event of messages',
      'anthropic',
      [namedEvent('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })],
    ],
    [
      'as response.failed',
      'responses',
      [
        namedEvent('response.failed', {
          response: { status: 'failed', error: { code: 'server_error', message: 'broke' } },
        }),
      ],
    ],
  ])('if it comes %s', async ([, route, events], { field }) => {
    const model = route === 'anthropic' ? 'claude-err' : 'm-err';
    const channel = await field.open(relay([model], { [route]: oncePassed(stream(events)) }));
    const key = route as keyof typeof pathOf;
    await field.ask(pathOf[key], bodyFor[key](`${channel.name}/${model}`, { stream: true }));
    const [attempt] = await field.attemptsAt(channel, 1);
    expect(attempt?.is_live_failure).toBe(true);
  });
});

describe.concurrent('a stream that was cut never looks whole', () => {
  const lastEvent: Record<'chat' | 'anthropic' | 'responses', RegExp> = {
    chat: /data: \{"error"/,
    anthropic: /event: error/,
    responses: /event: (error|response\.failed)/,
  };
  // ollama/ollama#4357, sgl-project/sglang#3912, adolfousier/opencrabs#1499
  test('if every finish_reason is empty', async ({ field }) => {
    const cut: Answer = (call, response) =>
      stream(['Hel', 'lo, I was say'].map((content) => chunk(call.model, { content }, '')))(
        call,
        response,
      );
    const whole: Answer = (call, response) =>
      stream([chunk(call.model, { content: 'Hello' }, ''), chunk(call.model, {}, 'stop')])(
        call,
        response,
      );
    const channel = await field.open(relay(['fr-empty'], { chat: oncePassed(cut, whole) }));
    expect(channel.found()).toEqual({ 'fr-empty': 'alive' });
    const got = await field.ask(
      pathOf.chat,
      bodyFor.chat(`${channel.name}/fr-empty`, { stream: true }),
    );
    expect(got.text).toMatch(lastEvent.chat);
  });

  test.for(['chat', 'anthropic', 'responses'] as const)('on %s', async (route, { field }) => {
    const model = { chat: 'deepseek-v4', anthropic: 'claude-cut', responses: 'gpt-5.1-cut' }[route];
    const half: Answer = (call, response) => {
      const events = eventsOf(route, call.model);
      return stream(events.slice(0, Math.ceil(events.length / 2)))(call, response);
    };
    const channel = await field.open(relay([model], { [route]: oncePassed(half) }));
    const got = await field.ask(
      pathOf[route],
      bodyFor[route](`${channel.name}/${model}`, { stream: true }),
    );
    expect(got.text).toMatch(lastEvent[route]);
    const [attempt] = await field.attemptsAt(channel, 1);
    expect(attempt?.is_live_failure).toBe(true);
  });

  test('even if its content type says JSON', async ({ field }) => {
    const half: Answer = (call, response) =>
      stream(eventsOf('chat', call.model).slice(0, 2), { type: 'application/json' })(
        call,
        response,
      );
    const channel = await field.open(relay(['m-typed'], { chat: oncePassed(half) }));
    const got = await field.ask(
      pathOf.chat,
      bodyFor.chat(`${channel.name}/m-typed`, { stream: true }),
    );
    expect(got.isCut || /error/.test(got.text)).toBe(true);
  });
});

describe.concurrent('a whole stream is one, however it ends', () => {
  const without =
    (route: FakeRoute, isLeftOut: (event: WireEvent) => boolean): Answer =>
    (call, response) => {
      const events = eventsOf(route, call.model).filter((event) => !isLeftOut(event));
      return (call.isStream ? stream(events) : goodOn(route))(call, response);
    };
  const isDone = ({ data }: WireEvent) => data === '[DONE]';

  // tombii/better-ccflare#307, esengine/DeepSeek-Reasonix#8756
  test('messages without message_stop', async ({ field }) => {
    const answer = without('anthropic', (event) => typeOf(event) === 'message_stop');
    const channel = await field.open(relay(['claude-nostop'], { anthropic: answer }));
    const body = bodyFor.anthropic(`${channel.name}/claude-nostop`, { stream: true });
    for (let sent = 0; sent < 4; sent += 1) {
      const got = await field.ask(pathOf.anthropic, body);
      expect([got.status, got.text.includes('event: error')]).toEqual([200, false]);
    }
    const attempts = await field.attemptsAt(channel, 4);
    expect(attempts.filter(({ is_live_failure }) => is_live_failure)).toEqual([]);
  });

  test('chat without [DONE]', async ({ field }) => {
    const channel = await field.open(relay(['m-nodone'], { chat: without('chat', isDone) }));
    const got = await field.ask(
      pathOf.chat,
      bodyFor.chat(`${channel.name}/m-nodone`, { stream: true }),
    );
    expect([got.status, got.text.includes('"error"')]).toEqual([200, false]);
  });

  test('chat without any end, if the channel never sends one', async ({ field }) => {
    const endless: Answer = (call, response) =>
      (call.isStream ? stream([chunk(call.model, { content: 'I am it.' }, null)]) : good)(
        call,
        response,
      );
    const channel = await field.open(relay(['m-noend'], { chat: endless }));
    expect(channel.found()).toEqual({ 'm-noend': 'alive' });
    for (let sent = 0; sent < 4; sent += 1) {
      const got = await field.ask(
        pathOf.chat,
        bodyFor.chat(`${channel.name}/m-noend`, { stream: true }),
      );
      expect([got.status, got.text.includes('"error"')]).toEqual([200, false]);
    }
  });

  // Chevey339/kelivo#1003
  test('Gemini with STOP before the text', async ({ field }) => {
    const piece = (parts: object[], finishReason?: string): WireEvent => ({
      data: {
        candidates: [
          {
            content: { role: 'model', parts },
            ...(finishReason ? { finishReason } : {}),
            index: 0,
          },
        ],
      },
    });
    const events = [
      piece([], 'STOP'),
      piece([], 'STOP'),
      piece([{ text: 'I am it.' }]),
      piece([], 'STOP'),
    ];
    const { row } = await field.open(
      relay(['gemini-stop'], { gemini: stream(events, { pauseMs: 30 }) }),
    );
    expect(row('gemini-stop')).toMatchObject({ success: true, content: 'I am it.' });
  });

  test('Gemini as an array of JSON', async ({ field }) => {
    const whole = json(200, [
      wireFor('gemini').json(replyWith({ text: 'I am it.' }), 'gemini-array'),
    ]);
    const { row } = await field.open(relay(['gemini-array'], { gemini: whole }));
    expect(row('gemini-array')).toMatchObject({ success: true, content: 'I am it.' });
  });

  test('chat with keep-alive comments in it', async ({ field }) => {
    const commented: Answer = (call, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': OPENROUTER PROCESSING\n\n');
      for (const { data } of eventsOf('chat', call.model)) {
        response.write(
          `: ping\n\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\r\n\r\n`,
        );
      }
      response.end();
    };
    const { found } = await field.open(relay(['m-comments'], { chat: commented }));
    expect(found()).toEqual({ 'm-comments': 'alive' });
  });
});
