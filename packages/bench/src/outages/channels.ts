import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Outage } from './outage.ts';

/** How long a healthy channel takes to answer. The one that fails is faster, so it is asked first. */
const answerMs = { first: 60, second: 150 };

/** Serves every channel of the table on one loopback port, each below a path of its own. */
export async function startChannels(outages: readonly Outage[]) {
  const byName = new Map(outages.map((outage) => [outage.name, outage]));
  const server = createServer((request, response) => {
    const [, name = '', place = ''] = (request.url ?? '').split('/');
    request.resume();
    const outage = byName.get(name);
    if (!outage) response.writeHead(404).end();
    else if (request.method === 'GET') sendJson(response, 200, { data: [{ id: outage.model }] });
    else void answer(outage, place === 'second' ? 'second' : 'first', response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    addressOf: ({ name }: Outage, place: 'first' | 'second') =>
      `http://127.0.0.1:${port}/${name}/${place}`,
    close(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(outage: Outage, place: keyof typeof answerMs, response: ServerResponse) {
  const isOut = outage.isOut && place === 'first';
  if (!isOut) await pause(answerMs[place]);
  if (!isOut) return sendStream(response, outage.model);
  switch (outage.way) {
    case 'reset':
      return response.destroy();
    case '503':
      return sendJson(response, 503, { error: { message: 'service unavailable' } });
    case '429':
      return sendJson(response, 429, { error: { message: 'too many requests' } });
    case '429, Retry-After: 1':
      response.setHeader('retry-after', '1');
      return sendJson(response, 429, { error: { message: 'too many requests' } });
    case 'silence':
      // Held open until the caller gives up.
      return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendStream(response: ServerResponse, model: string): void {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${chunk({ content: 'I am it.' }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`);
}
