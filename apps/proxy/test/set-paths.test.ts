import { once } from 'node:events';
import { createServer } from 'node:http';
import { updateTarget } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { clientKey, gatewayForTest, listen } from './open-test-gateway.ts';

const routes = ['chat', 'responses', 'anthropic', 'gemini'] as const;
const models = { m: { routes } };

const text = 'Hello.';
const answers = [
  [
    'messages',
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
    },
  ],
  ['/g/', [{ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] }]],
  [
    'responses',
    {
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
    },
  ],
] as const;

/** A channel below `/relay` that answers everything, and what it was asked for. */
async function startChannel() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    const [, answer] = answers.find(([path]) => request.url?.includes(path)) ?? [
      '',
      JSON.parse(goodBody),
    ];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    asked.push(`WS ${request.url}`);
    socket.on('message', () => socket.close());
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${port}/relay`, asked };
}

async function start(paths: string[]) {
  const { origin, asked } = await startChannel();
  const gateway = await gatewayForTest({
    channels: { own: { origin, models, fields: { paths } } },
  });
  const post = (path: string, body: object = chatTo('own/m')) =>
    call(gateway.origin, path, { body });
  return { gateway, asked, post };
}

test('requests go to the paths that are set, and all others to the usual ones', async () => {
  const { asked, post } = await start([
    'chat = /api/v3/chat/completions',
    'anthropic = /claude/{model}/messages?v=2',
    'gemini = /g/models/{model}:generateContent',
  ]);
  await post('/v1/chat/completions');
  await post('/v1/messages', { ...chatTo('own/m'), max_tokens: 9 });
  await post('/v1/messages/count_tokens?beta=true');
  await post('/v1beta/models/own/m:streamGenerateContent?alt=sse', { contents: [] });
  await post('/v1/responses', { model: 'own/m', input: 'x' });
  expect(asked).toEqual([
    'POST /api/v3/chat/completions',
    'POST /claude/m/messages?v=2',
    'POST /claude/m/messages/count_tokens?v=2&beta=true',
    'POST /g/models/m:streamGenerateContent?alt=sse',
    'POST /relay/v1/responses',
  ]);
});

test('what a channel keeps is below the set path of its wire format, and live sessions have their own', async () => {
  const { gateway, asked, post } = await start(['responses = /responses', 'realtime = /live']);
  expect((await post('/v1/responses', { model: 'own/m', input: 'x' })).status).toBe(200);
  await call(gateway.origin, '/v1/responses/resp_1');
  const address = `${gateway.origin.replace('http', 'ws')}/v1/realtime?model=own/m`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${clientKey}` } });
  await once(socket, 'open');
  socket.send('{}');
  await once(socket, 'close');
  expect(asked).toEqual(['POST /responses', 'GET /responses/resp_1', 'WS /live?model=m']);
});

test('a route that the channel is set not to serve is never asked there', async () => {
  const { gateway, asked, post } = await start(['anthropic = none']);
  const refused = await post('/v1/messages', { ...chatTo('own/m'), max_tokens: 9 });
  expect([refused.status, refused.json.error.type]).toEqual([404, 'not_found_error']);
  expect(refused.json.error.message).toContain("isn't served on the anthropic route");
  expect((await post('/v1/messages/count_tokens')).status).toBe(404);
  expect(asked).toEqual([]);
  expect((await post('/v1/chat/completions')).status).toBe(200);
  await updateTarget(gateway.db, gateway.targetIds.own ?? 0, { paths: [] }, gateway.nowS());
  const served = () => post('/v1/messages', { ...chatTo('own/m'), max_tokens: 9 });
  await expect.poll(async () => (await served()).status).toBe(200);
});
