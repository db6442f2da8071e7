import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  addressOf,
  eventText,
  type FakeRoute,
  type Reply,
  readBody,
  replyWith,
  type WireEvent,
  wireFor,
} from '@api-monitor/fake-provider';

/** A request as one of the channels received it. */
export interface Call {
  method: string;
  /** Below the channel's address, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Empty if it isn't JSON. */
  body: Record<string, unknown>;
  /** The body, unchanged. */
  text: string;
  /** By the path; null if it isn't a known one. */
  route: FakeRoute | null;
  model: string;
  isStream: boolean;
  /** Whether the channel's first run is over, so that clients are being served. */
  isLive: boolean;
}

/** How a channel answers. It may end the response, break it, or leave it open. */
export type Answer = (call: Call, response: ServerResponse) => unknown;

/** A channel as the server knows it. */
interface ServedChannel {
  answer: Answer;
  calls: Call[];
  isLive: boolean;
}

/** Serves any number of channels on one loopback port, each below a path of its own. */
export async function startChannelServer() {
  const channels = new Map<string, ServedChannel>();
  const server = createServer((request, response) => {
    serve(channels, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    /** Serves another channel and returns its address. */
    add(channel: ServedChannel): string {
      const slug = `channel-${channels.size + 1}`;
      channels.set(slug, channel);
      return `http://127.0.0.1:${port}/${slug}`;
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(
  channels: ReadonlyMap<string, ServedChannel>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, slug = ''] = (request.url ?? '').split('/');
  const channel = channels.get(slug);
  if (!channel) return void response.writeHead(404).end();
  const url = new URL((request.url ?? '').slice(slug.length + 1), 'http://channel');
  const { text, body } = await readBody(request);
  const address = addressOf(url.pathname);
  const call: Call = {
    ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams, text, body },
    headers: request.headers,
    route: address?.route ?? null,
    model: address?.model ?? String(body.model ?? ''),
    isStream: address?.isStream ?? body.stream === true,
    isLive: channel.isLive,
  };
  channel.calls.push(call);
  await channel.answer(call, response);
}

type Answers = Partial<Record<FakeRoute | `/${string}`, Answer>>;

/** A relay that lists models the usual way and answers by route or path; anything else is a 404. */
export function relay(models: readonly string[], answers: Answers): Answer {
  return (call, response) => {
    const { method, path, route } = call;
    const byPath = answers[path as `/${string}`];
    if (byPath) return byPath(call, response);
    if (method === 'GET' && path === '/v1/models') return listOf(models)(call, response);
    const answer = route && method === 'POST' ? answers[route] : undefined;
    return (answer ?? unknownPath)(call, response);
  };
}

/** OpenAI's list of models, with more fields if it has pages. */
export const listOf =
  (models: readonly string[], more: object = {}): Answer =>
  (call, response) =>
    json(200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })), ...more })(
      call,
      response,
    );

const unknownPath: Answer = (call, response) => {
  const message = `Invalid URL (${call.method} ${call.path})`;
  return json(404, { error: { message, type: 'invalid_request_error' } })(call, response);
};

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));

/** A stream of these events, which then ends. */
export const stream =
  (events: readonly WireEvent[], { type = 'text/event-stream', pauseMs = 0 } = {}): Answer =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': type });
    for (const event of events) {
      response.write(eventText(event));
      if (pauseMs > 0) await pause(pauseMs);
    }
    response.end();
  };

/** A good answer on a route, streamed or whole as it was asked for. */
export const goodOn =
  (route: FakeRoute, reply: Partial<Reply> = {}): Answer =>
  (call, response) => {
    const said = replyWith({ text: `I am ${call.model}.`, ...reply });
    const { events, json: whole } = wireFor(route);
    const answer = call.isStream
      ? stream(events(said, call.model))
      : json(200, whole(said, call.model));
    return answer(call, response);
  };

export const good: Answer = (call, response) => goodOn(call.route ?? 'chat')(call, response);

/** Answers well until the first run is over, and then as told. */
export const oncePassed =
  (answer: Answer, before: Answer = good): Answer =>
  (call, response) =>
    (call.isLive ? answer : before)(call, response);

/** Refuses a request that doesn't meet a demand. */
export const demanding =
  (isMet: (call: Call) => boolean, complaint: Answer, otherwise: Answer = good): Answer =>
  (call, response) =>
    (isMet(call) ? otherwise : complaint)(call, response);

/** Waits before the answer, so that another channel is the faster one. */
export const slowly =
  (ms: number, answer: Answer = good): Answer =>
  async (call, response) => {
    await pause(ms);
    return answer(call, response);
  };
