import { deleteTarget, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import type { TestChannel } from './test-channel.ts';

const message = {
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hi.' }],
};

interface Asked {
  previous_response_id?: string;
  input?: { encrypted_content?: string }[] | string;
  stream?: boolean;
  messages?: { content: { signature?: string }[] | string }[];
}

/** A channel that understands only what it issued itself. */
function statefulChannel(name: string) {
  const ids = new Set<string>();
  const sealed = `sealed-by-${name}-${'x'.repeat(64)}=`;
  return upstreamForTest(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked: Asked = JSON.parse(Buffer.concat(chunks).toString());
    const refuse = (text: string) =>
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: text, type: 'invalid_request_error' } }));
    const { previous_response_id: before } = asked;
    if (before && !ids.has(before))
      return refuse(`Previous response with id '${before}' not found.`);
    const text = JSON.stringify(asked);
    if (/sealed-by/.test(text) && !text.includes(sealed)) {
      return refuse('The encrypted content could not be verified.');
    }
    if (request.url === '/v1/messages') {
      const content = [
        { type: 'thinking', thinking: 'Hm.', signature: sealed },
        { type: 'text', text: 'Hi.' },
      ];
      return response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          content,
          stop_reason: 'end_turn',
        }),
      );
    }
    const id = `resp_${name}_${ids.size}`;
    ids.add(id);
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed };
    const output = [reasoning, message];
    const whole = { id, object: 'response', status: 'completed', error: null, output };
    if (!asked.stream) {
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(whole));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of [
      { type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } },
      { type: 'response.output_item.done', item: reasoning },
      { type: 'response.output_text.delta', delta: 'Hi.' },
      { type: 'response.completed', response: whole },
    ]) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    return response.end();
  });
}

async function statefulChannels() {
  const models = { m: { routes: ['responses', 'anthropic'] } } as const;
  const channel = async (name: string) => ({ origin: await statefulChannel(name), models });
  return { a: await channel('a'), b: await channel('b'), c: await channel('c') };
}

/** A gateway whose channels take turns, so that nothing stays on one by chance. */
async function start(given: Record<string, TestChannel> | null = null) {
  const channels = given ?? (await statefulChannels());
  const gateway = await gatewayForTest({ channels, settings: { routing_policy: 'round-robin' } });
  const ask = async (path: string, body: object) => {
    const { status, json, text, headers } = await call(gateway.origin, path, { body });
    const from = headers['x-proxy-target-id'];
    return { status, json, text, from, attempts: headers['x-proxy-attempts'] };
  };
  return { gateway, channels, ask };
}

const responses = '/v1/responses';
const hello = { model: 'm', input: 'hi' };

test('what follows a response goes to the channel that gave it', async () => {
  const { ask } = await start();
  const froms = new Set<unknown>();
  for (let turn = 0; turn < 6; turn += 1) {
    const first = await ask(responses, hello);
    froms.add(first.from);
    const next = { ...hello, previous_response_id: first.json.id };
    expect(await ask(responses, next)).toMatchObject({
      status: 200,
      from: first.from,
      attempts: '1',
    });
  }
  expect(froms.size).toBe(3);
});

test('encrypted reasoning goes back to its channel, from a stream too', async () => {
  const { ask } = await start();
  for (let turn = 0; turn < 6; turn += 1) {
    const first = await ask(responses, { ...hello, stream: true });
    const [, encrypted_content] = /"encrypted_content":"([^"]+)"/.exec(first.text) ?? [];
    const input = [
      { type: 'reasoning', summary: [], encrypted_content },
      { role: 'user', content: `${turn}` },
    ];
    const next = await ask(responses, { model: 'm', input });
    expect(next).toMatchObject({ status: 200, from: first.from, attempts: '1' });
  }
});

test('an id that every client uses binds nobody', async () => {
  const { ask } = await start();
  const froms = new Set<unknown>();
  for (let turn = 0; turn < 6; turn += 1) {
    const input = [
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { role: 'user', content: `${turn}` },
    ];
    froms.add((await ask(responses, { model: 'm', input })).from);
  }
  expect(froms.size).toBe(3);
});

test('a thinking signature goes back to its channel', async () => {
  const { ask } = await start();
  for (let turn = 0; turn < 6; turn += 1) {
    const first = await ask('/v1/messages', chatTo('m', { max_tokens: 9 }));
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: first.json.content },
      { role: 'user', content: `${turn}` },
    ];
    const next = await ask('/v1/messages', { model: 'm', max_tokens: 9, messages });
    expect(next).toMatchObject({ status: 200, from: first.from, attempts: '1' });
  }
});

test('if that channel is switched off or gone, the answer says so', async () => {
  const { gateway, ask } = await start();
  const { db, nowS } = gateway;
  const first = await ask(responses, hello);
  const id = Number(first.from);
  const next = { ...hello, previous_response_id: first.json.id };
  const saidBy = async (code: string) => {
    const codeNow = async () => (await ask(responses, next)).json.error?.code;
    await expect.poll(codeNow).toBe(code);
    const { status, json } = await ask(responses, next);
    expect([status, json.error.param]).toEqual([404, 'previous_response_id']);
    return json.error.message;
  };
  await updateTarget(db, id, { enabled: false }, nowS());
  expect(await saidBy('model_not_found')).toMatch(
    /^"previous_response_id" belongs to the channel "[abc]" alone: .* is disabled$/,
  );
  await deleteTarget(db, id, nowS());
  expect(await saidBy('channel_gone')).toContain('belongs to a channel that no longer exists');
});

test('a gateway that was restarted looks for the channel, and then knows it', async () => {
  const before = await start();
  const first = await before.ask(responses, hello);
  const { ask } = await start(before.channels);
  const next = { ...hello, previous_response_id: first.json.id };
  const froms = new Set<unknown>();
  for (let n = 0; n < 4; n += 1) {
    const answer = await ask(responses, next);
    expect(answer.status).toBe(200);
    if (n > 0) expect(answer.attempts).toBe('1');
    froms.add(answer.from);
  }
  expect(froms.size).toBe(1);
});

test('a conversation stays where it began, by its first message', async () => {
  const { ask } = await start();
  const messages = (turns: number) => [
    { role: 'user', content: 'a question' },
    ...Array.from({ length: turns }, () => [
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: 'and?' },
    ]).flat(),
  ];
  const first = await ask('/v1/messages', { model: 'm', messages: messages(0) });
  for (let turns = 1; turns < 5; turns += 1) {
    const next = await ask('/v1/messages', { model: 'm', messages: messages(turns) });
    expect(next.from).toBe(first.from);
  }
  // The same first message in another conversation isn't bound to it.
  const others = new Set<unknown>();
  for (let n = 0; n < 3; n += 1) {
    others.add((await ask('/v1/messages', { model: 'm', messages: messages(0) })).from);
  }
  expect(others.size).toBe(3);
});

test.each([[{ prompt_cache_key: 'k' }], [{ metadata: { user_id: 'u' } }], [{ user: 'u' }]])(
  'requests with %j stay on one channel',
  async (fields) => {
    const { ask } = await start();
    const froms = new Set<unknown>();
    for (let n = 0; n < 4; n += 1) {
      froms.add((await ask('/v1/messages', { ...chatTo('m'), ...fields })).from);
    }
    expect(froms.size).toBe(1);
  },
);
