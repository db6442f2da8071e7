import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';
type Answer = (response: ServerResponse, body: string) => void;

/** A channel that answers like this, before one that answers well. */
async function start(first: Answer, options: { firstTokenS?: number; second?: Answer } = {}) {
  let asked = 0;
  const origin = await upstreamForTest(async (request, response) => {
    asked += 1;
    first(response, Buffer.concat(await request.toArray()).toString());
  });
  const { second } = options;
  const good = second
    ? await upstreamForTest((_, response) => second(response, ''))
    : (await providerForTest({ m: 'good' })).origin;
  const models = { m: { routes: ['chat', 'anthropic', 'responses', 'gemini'] as const } };
  const fields = { timeout_s: 5, first_token_timeout_s: options.firstTokenS ?? 0 };
  const gateway = await gatewayForTest({
    channels: { bad: { origin, models, fields }, good: { origin: good, models } },
  });
  const ask = async (model = 'm', more: object = {}, path = chat) => {
    const answer = await call(gateway.origin, path, { body: chatTo(model, more) });
    const { headers } = answer;
    const from = Number(headers['x-proxy-target-id']) === gateway.targetIds.bad ? 'bad' : 'good';
    return { ...answer, from, attempts: Number(headers['x-proxy-attempts']) };
  };
  /** What the first attempt of each request showed. */
  const findings = async () =>
    (await gateway.recordsAtEnd()).map(({ attempts: [first] }) => first?.finding);
  /** Waits until the gateway has had time for what the channel sent: it has answered other requests. */
  const settled = async () => {
    const before = asked;
    await expect.poll(() => asked).toBeGreaterThanOrEqual(Math.max(1, before));
    for (let times = 0; times < 5; times += 1) await call(gateway.origin, '/v1/models');
  };
  return { ...gateway, ask, findings, settled, asked: () => asked };
}

const json = (status: number, body: object) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const stream =
  (text: string, type = 'text/event-stream') =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type }).end(text);
  };
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const roleOnly = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });

const credit = 'Your credit balance is too low to access the Anthropic API.';
const failures: [string, Answer, object, object][] = [
  [
    'an error in a 200',
    json(200, { error: { message: 'Provider returned error', code: 504 } }),
    {},
    { outcome: 'failure', scope: 'model' },
  ],
  [
    'used up credit as a 400',
    json(400, { type: 'error', error: { type: 'invalid_request_error', message: credit } }),
    {},
    { outcome: 'failure', kind: 'quota', scope: 'channel' },
  ],
  [
    'a Chinese 403 for quota',
    json(403, {
      error: {
        message: '用户额度不足, 剩余额度: ＄-0.01',
        type: 'new_api_error',
        code: 'insufficient_user_quota',
      },
    }),
    {},
    { outcome: 'failure', kind: 'quota', scope: 'channel' },
  ],
  [
    'a model that is gone',
    json(404, { error: { message: 'The model `m` does not exist', code: 'model_not_found' } }),
    {},
    { outcome: 'failure', kind: 'not_found', scope: 'model' },
  ],
  [
    'a route that is refused',
    json(404, { error: { message: `Invalid URL (POST ${chat})`, type: 'invalid_request_error' } }),
    {},
    { outcome: 'refused' },
  ],
  [
    'a context that is too long',
    json(400, {
      error: { message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded' },
    }),
    {},
    { outcome: 'none' },
  ],
  [
    'an HTML page as 200',
    (response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><title>Login</title></html>'),
    {},
    { outcome: 'failure', kind: 'bad_body' },
  ],
  [
    'a body that is cut',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 900 });
      response.write(goodBody, () => response.socket?.destroy());
    },
    {},
    { outcome: 'failure', kind: 'network' },
  ],
  [
    'an error event first',
    stream(`${event({ error: { message: 'overloaded', code: 529 } })}data: [DONE]\n\n`),
    { stream: true },
    { outcome: 'failure' },
  ],
  [
    'an error event after the role',
    stream(
      roleOnly + event({ id: 'x', choices: [], error: { message: 'no capacity', code: 502 } }),
    ),
    { stream: true },
    { outcome: 'failure' },
  ],
  ['a stream with nothing in it', stream(''), { stream: true }, { outcome: 'failure' }],
  [
    'a stream that ends before its first token',
    stream(`${roleOnly}: ping\n\n`),
    { stream: true },
    { outcome: 'failure' },
  ],
  [
    'a stream that says it is complete and has said nothing',
    stream(`${roleOnly}data: [DONE]\n\n`),
    { stream: true },
    { outcome: 'failure', kind: 'no_text' },
  ],
  [
    'a stream that is cut before its first token',
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(roleOnly, () => response.socket?.destroy());
    },
    { stream: true },
    { outcome: 'failure', kind: 'network' },
  ],
  [
    'an error as JSON in place of a stream',
    json(200, { error: 'no such model here' }),
    { stream: true },
    { outcome: 'failure' },
  ],
  [
    'an error event labelled as JSON',
    stream(event({ error: { message: 'busy' } }), 'application/json'),
    { stream: true },
    { outcome: 'failure' },
  ],
];

test.each(failures)('%s moves on to the next channel', async (_, answer, more, finding) => {
  const { ask, findings } = await start(answer);
  const served = await ask('m', more);
  expect([served.status, served.from, served.attempts]).toEqual([200, 'good', 2]);
  expect(served.text).toContain('I am m');
  expect(await findings()).toMatchObject([finding]);
});

test.each(failures)(
  '%s of the only channel passes, or is a clear error',
  async (_, answer, more) => {
    const { ask } = await start(answer);
    const alone = await ask('bad/m', more).catch((error) => ({ status: 0, error }));
    expect(alone.status === 200 || alone.status >= 400 || alone.status === 0).toBe(true);
  },
);

test.each([
  [
    'a wrong parameter',
    400,
    {
      message: "Invalid value: 'temperature'",
      type: 'invalid_request_error',
      param: 'temperature',
    },
  ],
  [
    'a rejected content',
    400,
    { message: 'rejected by the content policy', code: 'content_policy_violation' },
  ],
])('%s goes back to the client at once, and counts against nobody', async (_, status, error) => {
  const { ask, findings } = await start(json(status, { error }));
  const answer = await ask();
  expect([answer.status, answer.from, answer.attempts]).toEqual([status, 'bad', 1]);
  expect(answer.json.error).toEqual(error);
  expect(await findings()).toMatchObject([{ outcome: 'none' }]);
});

test('a stream that only pings moves on when its first token is overdue', async () => {
  const { ask, findings } = await start(
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write(': ping\n\n'), 100);
      response.on('close', () => clearInterval(timer));
    },
    { firstTokenS: 1 },
  );
  // It would ping for ever.
  const answer = await ask('m', { stream: true });
  expect([answer.status, answer.from]).toEqual([200, 'good']);
  expect(await findings()).toMatchObject([{ outcome: 'failure', kind: 'timeout' }]);
});

test('the last channel’s answer passes through as it came, whatever it is', async () => {
  const body = { error: { message: 'Provider returned error' } };
  const { ask } = await start(json(500, {}), { second: json(200, body) });
  const answer = await ask();
  expect([answer.status, answer.from, answer.json]).toEqual([200, 'good', body]);
});

test('what was held goes out whole: the handshake, then the tokens as they come', async () => {
  let next = () => {};
  const { port, settled } = await start((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`: ping\n\n${roleOnly}`);
    next = () => {
      response.write(goodEvent);
      next = () => response.end('data: [DONE]\n\n');
    };
  });
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('m', { stream: true })));
  await settled();
  expect(client.received()).toBe('');
  next();
  expect(await client.until('I am m.')).toContain(': ping');
  next();
  const text = await client.until('[DONE]');
  expect(text).toContain(roleOnly);
});

test('an answer of more than 64 KB isn’t held, and one of less is, to its end', async () => {
  let finish = () => {};
  const size = { bytes: 0 };
  const { port, settled } = await start((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"choices":[{"message":{"content":"${'x'.repeat(size.bytes)}`);
    finish = () => response.end('"}}]}');
  });
  const post = async (bytes: number) => {
    size.bytes = bytes;
    const client = await rawConnection(port);
    client.send(rawPost(chat, clientKey, chatTo('m')));
    return client;
  };
  const long = await post(70_000);
  await long.until('HTTP/1.1 200');
  finish();
  const short = await post(10_000);
  await settled();
  expect(short.received()).toBe('');
  finish();
  await short.until('HTTP/1.1 200');
});

test('a single channel’s stream isn’t held: its head goes out at once', async () => {
  const { port } = await start((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
  });
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('bad/m', { stream: true })));
  await client.until('HTTP/1.1 200');
});

test('a client that leaves while an answer is held ends the attempts', async () => {
  let gone = 0;
  const { port, asked, recordsAtEnd } = await start((response) => {
    response.on('close', () => {
      gone += 1;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(roleOnly);
  });
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('m', { stream: true })));
  await expect.poll(asked).toBe(1);
  client.socket.destroy();
  await expect.poll(() => gone).toBe(1);
  const records = await recordsAtEnd();
  expect(records).toMatchObject([{ status: 499, attempts: [{ finding: { outcome: 'none' } }] }]);
});

const ends: [string, string, string, string][] = [
  [
    'a finish reason without [DONE]',
    chat,
    event({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
    'whole',
  ],
  ['an empty finish reason', chat, event({ choices: [{ delta: {}, finish_reason: '' }] }), 'cut'],
  [
    'a finish reason of null',
    chat,
    event({ choices: [{ delta: {}, finish_reason: null }] }),
    'cut',
  ],
];
test.each(ends)('a stream that ends with %s', async (_, path, last, how) => {
  const { ask } = await start(stream(goodEvent + last));
  const { text } = await ask('bad/m', { stream: true }, path);
  expect(text.includes('the channel broke off')).toBe(how === 'cut');
});

test('a messages stream is whole with a stop reason, even without message_stop', async () => {
  const messages = (stopReason: string | null) =>
    [
      { type: 'message_start', message: { type: 'message', role: 'assistant', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'I am m.' } },
      { type: 'message_delta', delta: { stop_reason: stopReason }, usage: { output_tokens: 4 } },
    ]
      .map((one) => `event: ${one.type}\n${event(one)}`)
      .join('');
  const whole = await start(stream(messages('end_turn')));
  for (let times = 0; times < 4; times += 1) {
    const { text } = await whole.ask('bad/m', { stream: true }, '/v1/messages');
    expect(text).not.toContain('event: error');
  }
  expect(await whole.findings()).toMatchObject(Array(4).fill({ outcome: 'success' }));
  const cut = await start(stream(messages(null)));
  expect((await cut.ask('bad/m', { stream: true }, '/v1/messages')).text).toContain('event: error');
});

test('a stream that is labelled as JSON is watched like any other', async () => {
  const { ask } = await start(stream(goodEvent, 'application/json'));
  expect((await ask('bad/m', { stream: true })).text).toContain('the channel broke off');
});

test('an error after the first token passes, and counts', async () => {
  const error = { message: 'Provider disconnected', code: 502 };
  const broken = event({ id: 'x', choices: [{ delta: {}, finish_reason: 'error' }], error });
  const { ask, findings } = await start(stream(`${goodEvent}${broken}data: [DONE]\n\n`));
  const { status, text } = await ask('bad/m', { stream: true });
  expect([status, text]).toEqual([200, `${goodEvent}${broken}data: [DONE]\n\n`]);
  const [finding] = await findings();
  expect(finding).toMatchObject({ outcome: 'failure', first_token_s: expect.any(Number) });
});

test('a success carries its own time to the first token, of streams alone', async () => {
  const answer: Answer = (response, body) => {
    const isStream = body.includes('"stream":true');
    setTimeout(() => {
      if (isStream) stream(`${goodEvent}data: [DONE]\n\n`)(response);
      else response.end(goodBody);
    }, 100);
  };
  const { ask, findings } = await start(answer);
  await ask('m', { stream: true });
  await ask('m');
  const [streamed, whole] = await findings();
  expect(streamed?.first_token_s).toBeGreaterThan(0.08);
  expect(streamed?.first_token_s).toBeLessThan(2);
  expect([whole?.outcome, whole?.first_token_s]).toEqual(['success', null]);
});
