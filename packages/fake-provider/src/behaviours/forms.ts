import type { ServerResponse } from 'node:http';
import type { Ask, FakeRoute } from '../ask.ts';
import { type Behaviour, goodReply, sendBody, sendJson, sendReply } from '../send.ts';
import { wireFor } from '../wire/wire-for.ts';

interface Demand {
  /** Whether the request is refused. */
  refuses(ask: Ask): boolean;
  message: string;
  status?: number;
}

/** Refuses with the first unmet demand, else answers well. */
const picky =
  (...demands: Demand[]): Behaviour =>
  (ask, response) => {
    const unmet = demands.find((demand) => demand.refuses(ask));
    if (!unmet) return sendReply(ask, response, goodReply(ask));
    const { message, status = 400 } = unmet;
    sendJson(response, status, wireFor(ask.route).error(message, 'invalid_request_error', status));
  };

const maxTokens: Demand = {
  refuses: ({ route, body }) => route === 'chat' && 'max_tokens' in body,
  message:
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
};
const ampleLimit: Demand = {
  refuses: ({ body }) => typeof body.max_tokens === 'number' && body.max_tokens < 2048,
  message: '`max_tokens` must be greater than `thinking.budget_tokens`',
};
const mustStream: Demand = {
  refuses: ({ isStream }) => !isStream,
  message: 'This model requires stream to be set to true',
};
const noStream: Demand = {
  refuses: ({ isStream }) => isStream,
  message: 'Streaming is not supported for this model',
};
const noStreamOptions: Demand = {
  refuses: ({ body }) => 'stream_options' in body,
  message: 'Unknown parameter: stream_options',
};

type RouteRefusal = (ask: Ask, response: ServerResponse) => void;

const invalidUrl: RouteRefusal = (ask, response) =>
  sendJson(response, 404, {
    error: { message: `Invalid URL (POST ${ask.url})`, type: 'invalid_request_error', code: '' },
  });
const plainNotFound: RouteRefusal = (_, response) =>
  sendBody(response, 404, 'text/plain', '404 page not found');
const notAllowed: RouteRefusal = (_, response) =>
  sendBody(response, 405, 'text/html', '<html><title>405 Not Allowed</title></html>');
const unknownEndpoint: RouteRefusal = (_, response) =>
  sendJson(response, 400, { error: 'unknown endpoint' });
const unknownEndpointIn200: RouteRefusal = (_, response) =>
  sendJson(response, 200, { success: false, message: 'Unknown endpoint' });

/** Serves the model along one route alone. */
const onlyOn =
  (route: FakeRoute | null, refuse: RouteRefusal): Behaviour =>
  (ask, response) =>
    ask.route === route ? sendReply(ask, response, goodReply(ask)) : refuse(ask, response);

/** Requests are refused for their form or their address, while the model lives. */
export const forms = {
  wants_max_completion_tokens: picky(maxTokens),
  wants_ample_limit: picky(ampleLimit),
  wants_stream: picky(mustStream),
  refuses_stream: picky(noStream),
  refuses_stream_options: picky(noStreamOptions),
  refuses_stream_options_422: picky({ ...noStreamOptions, status: 422 }),
  refuses_much: picky(maxTokens, noStreamOptions, noStream),
  wants_the_impossible: picky(mustStream, noStream),
  only_chat: onlyOn('chat', invalidUrl),
  only_chat_plain_404: onlyOn('chat', plainNotFound),
  only_chat_405: onlyOn('chat', notAllowed),
  only_chat_400: onlyOn('chat', unknownEndpoint),
  only_chat_200: onlyOn('chat', unknownEndpointIn200),
  only_responses: onlyOn('responses', invalidUrl),
  only_anthropic: onlyOn('anthropic', plainNotFound),
  only_gemini: onlyOn('gemini', notAllowed),
  no_route: onlyOn(null, plainNotFound),
  gemini_without_streaming: (ask, response) =>
    ask.route === 'gemini' && ask.isStream
      ? plainNotFound(ask, response)
      : sendReply(ask, response, goodReply(ask)),
  only_chat_and_limited: (ask, response) =>
    ask.route === 'chat'
      ? sendJson(response, 429, wireFor('chat').error('slow down', 'rate_limit_error', 429))
      : invalidUrl(ask, response),
} satisfies Record<string, Behaviour>;
