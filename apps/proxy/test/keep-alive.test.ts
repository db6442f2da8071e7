import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';
const comment = ': keep-alive\n\n';
const twice = /keep-alive[\s\S]*keep-alive/;
const formats = [
  ['chat', chat],
  ['responses', '/v1/responses'],
  ['messages', '/v1/messages'],
] as const;
const gemini = '/v1beta/models/m:streamGenerateContent?alt=sse';

type Answer = (response: ServerResponse) => void;

/** A gateway before channels that are asked in this order; each waits until the test lets it answer. */
async function start(...answers: Answer[]) {
  const waiting: (() => void)[] = [];
  const channels = await Promise.all(
    answers.map(async (answer, number) => {
      const origin = await upstreamForTest((_, response) => {
        waiting.push(() => answer(response));
      });
      const models = { m: { routes: ['chat', 'anthropic', 'responses', 'gemini'] as const } };
      return [`channel-${number + 1}`, { origin, models }] as const;
    }),
  );
  const options = { keepAliveMs: 60 };
  const gateway = await gatewayForTest({ channels: Object.fromEntries(channels), options });
  return {
    ...gateway,
    async ask(path: string = chat, body = chatTo('m', { stream: true })) {
      const client = await rawConnection(gateway.port);
      client.send(rawPost(path, clientKey, body));
      return client;
    },
    /** Lets the channel answer that has been asked last. */
    async answer(number: number) {
      await expect.poll(() => waiting.length).toBe(number);
      waiting[number - 1]?.();
    },
  };
}

const stream =
  (text: string): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
const json =
  (status: number, body: object): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body));
const whole = `${goodEvent}data: [DONE]\n\n`;
const times = (text: string, part: string) => text.split(part).length - 1;

test('a client that waits for a stream gets its head and comments, and then the stream', async () => {
  const { ask, answer } = await start(stream(whole));
  const client = await ask();
  const head = await client.until(`${comment}`);
  expect(head).toMatch(/^HTTP\/1.1 200 /);
  expect(head).toMatch(/\ncontent-type: text\/event-stream/);
  expect(head).toMatch(/\nx-accel-buffering: no/);
  expect(head).toMatch(/\nx-request-id: req_/);
  expect(head).toMatch(/\ncache-control: no-store/);
  expect(head).not.toContain('x-proxy-target-id');
  await client.until(twice);
  await answer(1);
  const text = await client.until('[DONE]');
  expect(times(text, 'HTTP/1.1')).toBe(1);
  expect(times(text, 'I am m.')).toBe(1);
});

test('comments don’t count as output: another channel may serve after them', async () => {
  const { ask, answer, recordsAtEnd } = await start(json(500, { error: 'no' }), stream(whole));
  const client = await ask();
  await client.until(comment);
  await answer(1);
  await answer(2);
  const text = await client.until('[DONE]');
  expect(times(text, 'I am m.')).toBe(1);
  expect(await recordsAtEnd()).toMatchObject([{ status: 200, attempts: [{ status: 500 }, {}] }]);
});

const limited = { message: 'slow down', type: 'rate_limit_error', code: 'rate_limited' };

test.each(formats)('after comments an error on %s is an event with its status', async (_, path) => {
  const { ask, answer, recordsAtEnd } = await start(json(429, { error: limited }));
  const client = await ask(path);
  await client.until(comment);
  await answer(1);
  const text = await client.until('slow down');
  expect(text).toMatch(/"status":429/);
  expect(times(text, 'event: error')).toBe(path === chat ? 0 : 1);
  expect(times(text, 'HTTP/1.1')).toBe(1);
  expect(await recordsAtEnd()).toMatchObject([{ status: 429 }]);
});

test('the client learns the channel’s own code', async () => {
  const code = 'context_length_exceeded';
  const { ask, answer } = await start(json(400, { error: { message: 'too long', code } }));
  const client = await ask();
  await client.until(comment);
  await answer(1);
  expect(await client.until('too long')).toContain(`"code":"${code}"`);
});

test('a refused content is an error event, and no other channel is asked', async () => {
  const error = { message: 'rejected by the content policy', code: 'content_policy_violation' };
  const { ask, answer, recordsAtEnd } = await start(json(400, { error }), stream(whole));
  const client = await ask();
  await client.until(comment);
  await answer(1);
  await client.until('rejected by the content policy');
  const [record] = await recordsAtEnd();
  expect(record).toMatchObject({ status: 400, attempts: [{ status: 400 }] });
});

test('an answer that isn’t a stream is an error event, never bytes in the middle of one', async () => {
  const answered = { choices: [{ message: { content: 'I am m.' } }] };
  const { ask, answer } = await start(json(200, answered), json(200, answered));
  const client = await ask();
  await client.until(comment);
  await answer(1);
  await answer(2);
  const text = await client.until('not with a stream');
  expect(text).not.toContain('I am m.');
  expect(text).toMatch(/data: \{"error":/);
});

test('a connection that fails is an error event', async () => {
  const { ask, answer } = await start((response) => void response.socket?.destroy());
  const client = await ask();
  await client.until(comment);
  await answer(1);
  expect(await client.until('gave no answer')).toMatch(/"status":502/);
});

test('within a stream comments come between events only', async () => {
  let next = () => {};
  const { ask, answer } = await start((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(goodEvent);
    next = () => {
      response.write(': half a com');
      next = () => response.end('ment\n\ndata: [DONE]\n\n');
    };
  });
  const client = await ask();
  await answer(1);
  await client.until(/I am m\.[\s\S]*keep-alive/);
  next();
  await client.until('half a com');
  const before = times(client.received(), 'keep-alive');
  await (await ask()).until(twice);
  expect(times(client.received(), 'keep-alive')).toBe(before);
  next();
  await client.until('[DONE]');
});

test('comments come while an event arrives in small pieces', async () => {
  const { ask, answer } = await start((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`${goodEvent}data: {"choices":[`);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  });
  const client = await ask();
  await answer(1);
  await client.until(/I am m\.[\s\S]*keep-alive[\s\S]*keep-alive/);
});

test('a whole answer gets none, and neither does a stream of a JSON array', async () => {
  const { ask } = await start(stream(whole));
  const asked = [
    await ask(chat, chatTo('m')),
    await ask('/v1beta/models/m:streamGenerateContent', chatTo('m')),
  ];
  await (await ask()).until(twice);
  for (const client of asked) expect(client.received()).toBe('');
});

test('a client that leaves while it is kept waiting ends the attempt', async () => {
  let gone = 0;
  const origin = await upstreamForTest((_, response) => {
    response.on('close', () => {
      gone += 1;
    });
  });
  const channels = { one: { origin, models: { m: {} } }, two: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options: { keepAliveMs: 60 } });
  const client = await rawConnection(gateway.port);
  client.send(rawPost(chat, clientKey, chatTo('m', { stream: true })));
  await client.until(comment);
  client.socket.destroy();
  await expect.poll(() => gone).toBe(1);
  expect(await gateway.recordsAtEnd()).toMatchObject([{ status: 499, attempts: [{}] }]);
});

test('a fast error keeps its status', async () => {
  const origin = await upstreamForTest((_, response) => json(429, { error: limited })(response));
  const gateway = await gatewayForTest({ channels: { one: { origin, models: { m: {} } } } });
  const answer = await call(gateway.origin, chat, { body: chatTo('m', { stream: true }) });
  expect(answer.status).toBe(429);
});

const geminiEvent = (text: string) =>
  `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] })}\n\n`;

test('a Gemini client gets the start of the next event and blanks, which its SDKs can read', async () => {
  const event = geminiEvent('I am m.');
  const { ask, answer } = await start(stream(event));
  const client = await ask(gemini);
  await client.until(/data: [\s\S]* \r\n/);
  await answer(1);
  const text = await client.until('I am m.');
  const body = text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '');
  const [, data = ''] = /^data:(.*)/.exec(body.replaceAll('\r\n', '')) ?? [];
  expect(JSON.parse(data)).toEqual(JSON.parse(event.slice(6)));
});

test.each<[string, Answer]>([
  ['an error', json(429, { error: { code: 429, message: 'slow down' } })],
  ['a comment first', stream(`: hello\n\n${geminiEvent('I am m.')}`)],
])('what begins as an event for a Gemini client can go on with %s', async (_, how) => {
  const { ask, answer } = await start(how);
  const client = await ask(gemini);
  await client.until(/data: /);
  await answer(1);
  const text = await client.until(/I am m\.|slow down/);
  const body = text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/\r\n[0-9a-f]+\r\n/g, '');
  expect(body).toMatch(/data: +\{("error":|\}\n\n: hello)/);
});
