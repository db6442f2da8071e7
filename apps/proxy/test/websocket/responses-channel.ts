import type { IncomingMessage, ServerResponse } from 'node:http';
import { gatewayForTest } from '../open-test-gateway.ts';
import { upstreamForTest } from '../providers.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into any body
type Body = any;

export interface Received {
  headers: IncomingMessage['headers'];
  text: string;
  body: Body;
}

type Answering = (received: Received, response: ServerResponse, number: number) => void;

/** One event of a stream. */
export function eventOf(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export const message = (id: string, text: string) => ({
  ...{ id, type: 'message', role: 'assistant', status: 'completed' },
  content: [{ type: 'output_text', text, annotations: [] }],
});

/** A stream whose response has this id and these items. */
export function streamOf(id: string, items: readonly object[]): string {
  const events = items.flatMap((item, output_index) => [
    eventOf('response.output_item.added', { output_index, item }),
    eventOf('response.output_text.delta', { output_index, delta: 'text' }),
    eventOf('response.output_item.done', { output_index, item }),
  ]);
  const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
  return [
    eventOf('response.created', { response: { id, status: 'in_progress' } }),
    ...events,
    eventOf('response.completed', { response: { id, status: 'completed', output: items, usage } }),
  ].join('');
}

export function answerStream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
}

/** By default each answer is one message, and the response's id counts the requests: `resp_1`, … */
const answerOne: Answering = (_received, response, number) =>
  answerStream(
    response,
    streamOf(`resp_${number}`, [message(`msg_${number}`, `answer ${number}`)]),
  );

/** A channel that keeps what it receives. */
export async function responsesChannel(answer: Answering = answerOne) {
  const received: Received[] = [];
  const origin = await upstreamForTest((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = { headers: request.headers, text, body: JSON.parse(text) };
      received.push(one);
      answer(one, response, received.length);
    });
  });
  return { origin, received };
}

type Given = Parameters<typeof gatewayForTest>[0];

/** A gateway with one such channel, called `relay`, whose model `m` is proven for responses. */
export async function gatewayWithChannel(answer?: Answering, given: Given = {}) {
  const { origin, received } = await responsesChannel(answer);
  const models = { m: { routes: ['responses'] as const } };
  const gateway = await gatewayForTest({
    ...given,
    channels: { relay: { origin, models }, ...given.channels },
  });
  return { gateway, received };
}
