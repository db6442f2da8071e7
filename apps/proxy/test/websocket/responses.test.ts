import { expect, test } from 'vitest';
import { gatewayForTest, masterToken } from '../open-test-gateway.ts';
import { providerForTest } from '../providers.ts';
import {
  answerStream,
  eventOf,
  gatewayWithChannel,
  message,
  responsesChannel,
  streamOf,
} from './responses-channel.ts';
import { openSocket } from './test-socket.ts';

const user = (text: string) => ({ type: 'message', role: 'user', content: text });
const create = (fields: object) => ({ type: 'response.create', model: 'm', ...fields });
const types = (events: { type: string }[]) => events.map(({ type }) => type);

test.each(['/v1/responses', '/responses', '/v1/v1/responses', '//v1/responses'])(
  '%s opens, and each event of the answer is one text frame',
  async (path) => {
    const { gateway, received } = await gatewayWithChannel();
    const { ask, upgrade } = await openSocket(gateway.origin, path);
    expect(upgrade.headers['x-request-id']).toMatch(/^req_/);
    expect(types(await ask(create({ input: [user('hi')] })))).toEqual([
      'response.created',
      'response.output_item.added',
      'response.output_text.delta',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(received[0]?.body).toEqual({ model: 'm', input: [user('hi')], stream: true });
  },
);

test('what a POST has goes up byte for byte, without what only a WebSocket has', async () => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses', {
    headers: {
      'openai-beta': 'responses_websockets=2026-02-06, other=v1',
      'session-id': 's1',
      'idempotency-key': 'once',
    },
  });
  await ask(
    '{"type":"response.create", "stream_id":"a","seed": 12345678901234567890, "model" : "relay/m",' +
      '"x":{"k": 1.0e2},"background":false,"stream":false, "input": [ {"n":0.10} ]}',
  );
  const { text = '', headers = {} } = received[0] ?? {};
  expect(text).toBe(
    '{"seed": 12345678901234567890,"model" : "m","x":{"k": 1.0e2},"input":[ {"n":0.10} ],"stream":true}',
  );
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'openai-beta': 'other=v1',
    'session-id': 's1',
  });
  const names = Object.keys(headers);
  for (const name of ['idempotency-key', 'upgrade', 'sec-websocket-key']) {
    expect(names).not.toContain(name);
  }
});

test('a frame that continues the latest response sends all of it, although it is not stored', async () => {
  const reasoning = { id: 'rs_1', type: 'reasoning', encrypted_content: 'sealed', summary: [] };
  const unsealed = { id: 'rs_2', type: 'reasoning', summary: [] };
  const call = { id: 'fc_1', type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
  const { gateway, received } = await gatewayWithChannel((_received, response, number) =>
    answerStream(
      response,
      number === 1
        ? streamOf('resp_1', [reasoning, unsealed, call])
        : streamOf(`resp_${number}`, [message(`msg_${number}`, 'done')]),
    ),
  );
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const store = { store: false };
  await ask(create({ ...store, input: 'hi' }));
  const output = { type: 'function_call_output', call_id: 'c1', output: '4' };
  await ask(create({ ...store, previous_response_id: 'resp_1', input: [output] }));
  await ask(create({ ...store, previous_response_id: 'resp_2', input: [user('and?')] }));
  const { id: _id, ...unnamedCall } = call;
  const { id: _own, ...done } = message('msg_2', 'done');
  const second = [user('hi'), reasoning, unnamedCall, output];
  expect(received[1]?.body).toEqual({ model: 'm', store: false, input: second, stream: true });
  expect(received[2]?.body).toEqual({
    ...{ model: 'm', store: false, stream: true },
    input: [...second, done, user('and?')],
  });
});

test('a stored response keeps the ids of its items', async () => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  await ask(create({ input: [user('hi')] }));
  await ask(create({ previous_response_id: 'resp_1', input: [user('and?')] }));
  expect(received[1]?.body.input).toEqual([user('hi'), message('msg_1', 'answer 1'), user('and?')]);
});

test("an id that isn't the connection's goes up as it is, and what continues it too", async () => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  await ask(create({ previous_response_id: 'resp_old', input: [user('hi')] }));
  await ask(create({ previous_response_id: 'resp_1', input: [user('and?')] }));
  expect(received[0]?.body).toMatchObject({
    previous_response_id: 'resp_old',
    input: [user('hi')],
  });
  expect(received[1]?.body).toMatchObject({
    previous_response_id: 'resp_old',
    input: [user('hi'), message('msg_1', 'answer 1'), user('and?')],
  });
});

test('only the latest response can be continued; one that isn’t stored any more is named in an error', async () => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  for (const text of ['a', 'b']) await ask(create({ store: false, input: text }));
  const [error] = await ask(create({ store: false, previous_response_id: 'resp_1', input: 'c' }));
  expect(error).toMatchObject({
    ...{ type: 'error', status: 400 },
    error: {
      ...{ code: 'previous_response_not_found', param: 'previous_response_id' },
      message: "Previous response with id 'resp_1' not found.",
    },
  });
  expect(received).toHaveLength(2);
  await ask(create({ store: false, previous_response_id: 'resp_2', input: 'c' }));
  expect(received[2]?.body.input).toHaveLength(3);
});

test('two connections share nothing, even with the same key', async () => {
  const { gateway, received } = await gatewayWithChannel();
  const first = await openSocket(gateway.origin, '/v1/responses');
  const second = await openSocket(gateway.origin, '/v1/responses', { key: masterToken });
  await first.ask(create({ input: 'secret' }));
  await second.ask(create({ previous_response_id: 'resp_1', input: 'and?' }));
  expect(received[1]?.body).toMatchObject({ previous_response_id: 'resp_1', input: 'and?' });
});

test('a warm-up asks no channel, and its input goes up with the request that continues it', async () => {
  const { gateway, received } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const warm = await ask(create({ store: false, generate: false, input: [user('rules')] }));
  expect(types(warm)).toEqual(['response.created', 'response.completed']);
  const { id, output, usage } = warm[1].response;
  expect([output, usage.total_tokens]).toEqual([[], 0]);
  expect(received).toEqual([]);
  await ask(create({ store: false, previous_response_id: id, input: [user('hi')] }));
  expect(received[0]?.body).toEqual({
    ...{ model: 'm', store: false, stream: true },
    input: [user('rules'), user('hi')],
  });
  const other = await openSocket(gateway.origin, '/v1/responses');
  await other.ask(create({ previous_response_id: id, input: 'hi' }));
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ target_name, counted_tokens }) => [target_name, counted_tokens])).toEqual([
    [null, 0],
    ['relay', 5],
    ['relay', 5],
  ]);
});

test('a warm-up counts in the limits of its key, and has a record', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    keys: [{ key: 'sk-limited', rpm_limit: 1 }],
  });
  const { ask } = await openSocket(gateway.origin, '/v1/responses', { key: 'sk-limited' });
  const warmUp = create({ generate: false, stream_id: 'a', input: 'rules' });
  expect(types(await ask(warmUp))).toEqual(['response.created', 'response.completed']);
  expect(await ask(warmUp)).toEqual([
    expect.objectContaining({ type: 'error', stream_id: 'a', status: 429 }),
  ]);
  expect((await gateway.recordsAtEnd()).map(({ status }) => status)).toEqual([200, 429]);
});

test('frames run one after the other, and events repeat their stream_id', async () => {
  let running = 0;
  let most = 0;
  const { gateway } = await gatewayWithChannel((_received, response, number) => {
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      answerStream(response, streamOf(`resp_${number}`, [message('m', 'text')]));
    }, 50);
  });
  const { send, events } = await openSocket(gateway.origin, '/v1/responses');
  for (const stream_id of ['a', 'b', 'a']) send(create({ stream_id, input: 'hi' }));
  await expect
    .poll(() => events().filter(({ type }) => type === 'response.completed'))
    .toHaveLength(3);
  expect(most).toBe(1);
  const order = events().flatMap(({ type, stream_id }) =>
    type === 'response.created' ? stream_id : [],
  );
  expect(order).toEqual(['a', 'b', 'a']);
});

test('each frame is one request: it has a record, and the key counts it', async () => {
  const { gateway } = await gatewayWithChannel(undefined, {
    keys: [{ key: 'sk-limited', rpm_limit: 2 }],
  });
  const { ask } = await openSocket(gateway.origin, '/v1/responses', { key: 'sk-limited' });
  for (let n = 0; n < 2; n += 1) await ask(create({ input: 'hi' }));
  const [refused] = await ask(create({ input: 'hi' }));
  expect(refused).toMatchObject({
    type: 'error',
    status: 429,
    error: { code: 'rate_limit_exceeded' },
  });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(records[0]).toMatchObject({
    ...{ route: 'responses', stream: true, key_name: 'sk-limited', target_name: 'relay' },
    ...{ input_tokens: 3, output_tokens: 2 },
  });
});

test('another channel serves the frame if the first one fails before its first real token', async () => {
  const failing = await responsesChannel((_received, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(eventOf('response.created', { response: { id: 'resp_dead' } }));
    response.end(eventOf('error', { code: 'server_is_overloaded', message: 'overloaded' }));
  });
  const models = { m: { routes: ['responses'] as const } };
  const good = await responsesChannel();
  const gateway = await gatewayForTest({
    channels: { a: { origin: failing.origin, models }, b: { origin: good.origin, models } },
  });
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const events = await ask(create({ input: 'hi' }));
  expect(events[0]).toMatchObject({ type: 'response.created', response: { id: 'resp_1' } });
  expect([failing.received.length, good.received.length]).toEqual([1, 1]);
});

test.each([
  ['error_event', 500],
  ['error_event_named', 500],
  ['error_event_text', 502],
  ['silent_truncation', 502],
  ['closed_midway', 502],
] as const)(
  '%s ends in an error frame with a status, and the connection stays open',
  async (name, status) => {
    const provider = await providerForTest({ m: name, ok: 'good' });
    const models = {
      m: { routes: ['responses'] as const },
      ok: { routes: ['responses'] as const },
    };
    const gateway = await gatewayForTest({
      channels: { relay: { origin: provider.origin, models } },
    });
    const { ask } = await openSocket(gateway.origin, '/v1/responses');
    const events = await ask(create({ input: 'hi' }));
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      status,
      error: { message: expect.any(String) },
    });
    expect((await ask(create({ model: 'ok', input: 'hi' }))).at(-1).type).toBe(
      'response.completed',
    );
  },
);

test("a channel's refusal is an error frame with its status, error and headers", async () => {
  const { gateway } = await gatewayWithChannel((_received, response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
    response.end('{"error":{"type":"usage_limit_reached","resets_at": 12345678901234567890}}');
  });
  const { send, texts } = await openSocket(gateway.origin, '/v1/responses');
  send(create({ input: 'hi' }));
  await expect.poll(() => texts).toHaveLength(1);
  expect(texts[0]).toContain(
    '{"type":"error","status":429,"error":{"type":"usage_limit_reached","resets_at": 12345678901234567890},"headers":{',
  );
  expect(JSON.parse(texts[0] ?? '').headers).toMatchObject({ 'retry-after': '7' });
});

test('a whole answer of a channel that does not stream comes as its last events', async () => {
  const { gateway, received } = await gatewayWithChannel((_received, response, number) => {
    const output = [message('msg_1', 'hi')];
    const body = { id: `resp_${number}`, object: 'response', status: 'completed', output };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const events = await ask(create({ input: 'hi' }));
  expect(types(events)).toEqual(['response.output_item.done', 'response.completed']);
  expect(events[0].item).toEqual(message('msg_1', 'hi'));
  await ask(create({ previous_response_id: 'resp_1', input: 'and?' }));
  expect(received[1]?.body.input).toHaveLength(3);
});

test.each([
  ['[]', 'the frame must be a JSON object', null],
  ['{"type":"response.create",}', 'the frame must be a JSON object', null],
  ['{"type":"session.update"}', '"type" must be response.create', 'type'],
  ['{"type":"response.create","input":1,"model":"m"}', '"input" must be', 'input'],
  [
    '{"type":"response.create","background":true,"model":"m"}',
    '"background" must be false',
    'background',
  ],
  [
    '{"type":"response.create","previous_response_id":1,"model":"m"}',
    'must be a string',
    'previous_response_id',
  ],
  ['{"type":"response.create","input":"a","input":"b"}', 'more than once', null],
  ['{"type":"response.create","input":"a"}', '"model"', 'model'],
  ['{"type":"response.create","model":"nobody","input":"a"}', 'no channel offers', 'model'],
])('%s gets an error that says what is wrong', async (frame, text, param) => {
  const { gateway } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const [event] = await ask(frame);
  expect(event).toMatchObject({ type: 'error', error: { param } });
  expect(event.error.message).toContain(text);
  expect(event.status).toBeGreaterThanOrEqual(400);
  expect((await ask(create({ input: 'hi' }))).at(-1).type).toBe('response.completed');
});

test('steering is refused with its input, and what Codex reports needs no answer', async () => {
  const { gateway } = await gatewayWithChannel();
  const { ask, send } = await openSocket(gateway.origin, '/v1/responses');
  send({ type: 'response.processed', response_id: 'resp_1' });
  const [event] = await ask('{"type":"response.steer","previous_response_id":"r","input":"stop"}');
  expect(event).toMatchObject({
    type: 'response.steer.failed',
    error: { type: 'invalid_request_error', code: 'steering_not_supported' },
    steer: { previous_response_id: 'r', input: 'stop' },
  });
});

test('the refusal to steer gives back no more than a short input', async () => {
  const { gateway } = await gatewayWithChannel();
  const { ask } = await openSocket(gateway.origin, '/v1/responses');
  const [event] = await ask({
    ...{ type: 'response.steer', previous_response_id: 'r' },
    input: 'x'.repeat(20_000),
  });
  expect(event.steer).toEqual({ previous_response_id: 'r', input: null });
});
