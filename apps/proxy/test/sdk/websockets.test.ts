import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { testCertificates } from '@api-monitor/fake-provider';
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { ResponsesWS } from 'openai/resources/responses/ws';
import OpenAI6 from 'openai-6';
import { ResponsesWS as ResponsesWS6 } from 'openai-6/resources/responses/ws';
import { expect, onTestFinished, test } from 'vitest';
import { clientKey, listen } from '../open-test-gateway.ts';
import { gatewayWithRealtime } from '../websocket/realtime-channel.ts';
import { gatewayWithChannel, message } from '../websocket/responses-channel.ts';

/** The events of one response, by the SDK's own iterator. */
async function respond(
  socket: Pick<ResponsesWS, 'send' | 'stream'>,
  event: Parameters<ResponsesWS['send']>[0],
) {
  const events = [];
  const stream = socket.stream();
  socket.send(event);
  for await (const one of stream) {
    if (one.type === 'error') throw one.error;
    if (one.type !== 'message') continue;
    events.push(one.message);
    if (one.message.type === 'response.completed') return events;
  }
  throw new Error('the connection closed');
}

test.each([
  ['7', (origin: string) => new ResponsesWS(clientOf(OpenAI, origin))],
  ['6', (origin: string) => new ResponsesWS6(clientOf(OpenAI6, origin)) as unknown as ResponsesWS],
])('ResponsesWS of openai-node %s asks, continues and reads errors', async (_version, open) => {
  const { gateway, received } = await gatewayWithChannel();
  const socket = open(gateway.origin);
  onTestFinished(() => socket.close());
  const ask = { type: 'response.create', model: 'm', store: false } as const;
  const first = await respond(socket, { ...ask, input: 'hi' });
  expect(first.at(-1)).toMatchObject({ type: 'response.completed', response: { id: 'resp_1' } });
  await respond(socket, { ...ask, previous_response_id: 'resp_1', input: 'and?' });
  const { id: _id, ...answer } = message('msg_1', 'answer 1');
  const user = (content: string) => ({ type: 'message', role: 'user', content });
  expect(received[1]?.body.input).toEqual([user('hi'), answer, user('and?')]);
  await expect(respond(socket, { ...ask, model: 'nobody', input: 'hi' })).rejects.toThrow(
    'no channel offers the model',
  );
  const last = await respond(socket, { ...ask, input: 'again' });
  expect(last.at(-1)?.type).toBe('response.completed');
});

test('OpenAIRealtimeWS and OpenAIRealtimeWebSocket hold a session', async () => {
  const { gateway, upgrades } = await gatewayWithRealtime((socket) => {
    socket.send(JSON.stringify({ type: 'session.created', session: {} }));
    socket.on('message', (data) => {
      const { type } = JSON.parse(data.toString());
      if (type !== 'response.create') return;
      socket.send(JSON.stringify({ type: 'response.output_text.delta', delta: 'hello' }));
      socket.send(JSON.stringify({ type: 'response.done', response: {} }));
    });
  });
  const origin = await withTls(gateway.port);
  const client = clientOf(OpenAI, origin);
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  // The SDK insists on TLS, and the browser's class has no setting for it.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  onTestFinished(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
  const props = { model: 'live' } as const;
  for (const open of [
    () => new OpenAIRealtimeWS(props, client),
    () => new OpenAIRealtimeWebSocket({ ...props, dangerouslyAllowBrowser: true }, client),
  ]) {
    const session = open();
    const deltas: string[] = [];
    const done = Promise.withResolvers<void>();
    session.on('error', done.reject);
    session.on('session.created', () => session.send({ type: 'response.create' }));
    session.on('response.output_text.delta', ({ delta }) => void deltas.push(delta));
    session.on('response.done', () => done.resolve());
    await done.promise;
    session.close();
    expect(deltas).toEqual(['hello']);
  }
  expect(JSON.stringify(upgrades.map(({ rawHeaders }) => rawHeaders))).not.toContain(clientKey);
  await expect.poll(() => gateway.upgrades.size()).toBe(0);
});

function clientOf<Client>(
  Sdk: new (options: { apiKey: string; baseURL: string; maxRetries: number }) => Client,
  origin: string,
): Client {
  return new Sdk({ apiKey: clientKey, baseURL: `${origin}/v1`, maxRetries: 0 });
}

/** The origin of a TLS server that passes everything on to the port, like a proxy in front of the gateway. */
async function withTls(port: number): Promise<string> {
  const server = createServer(testCertificates.self_signed, (socket) => {
    const behind = connect(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const one of [socket, behind]) one.on('error', () => {});
    void once(socket, 'close').then(() => behind.destroy());
  });
  const tlsPort = await listen(server);
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${tlsPort}`;
}
