import type { FakeRoute, ModelRequest } from '../model-request.ts';
import { type Behaviour, body, json, sendError, sendJson, sendReply } from '../send.ts';

interface Demand {
  /** Whether the request is rejected. */
  refuses(request: ModelRequest): boolean;
  message: string;
  status?: number;
}

/** Rejects with the first demand that isn't met, else answers well. */
const picky =
  (...demands: Demand[]): Behaviour =>
  (request, response) => {
    const unmet = demands.find((demand) => demand.refuses(request));
    if (unmet) sendError(request, response, unmet.status ?? 400, unmet.message);
    else return sendReply(request, response);
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

const invalidUrl: Behaviour = ({ url }, response) => {
  const message = `Invalid URL (POST ${url})`;
  sendJson(response, 404, { error: { message, type: 'invalid_request_error', code: '' } });
};
const plainNotFound = body(404, 'text/plain', '404 page not found');
const notAllowed = body(405, 'text/html', '<html><title>405 Not Allowed</title></html>');
const unknownEndpoint = json(400, { error: 'unknown endpoint' });
const unknownEndpointIn200 = json(200, { success: false, message: 'Unknown endpoint' });

/** Serves the model on only one route. */
const onlyOn =
  (route: FakeRoute | null, refuse: Behaviour): Behaviour =>
  (request, response) =>
    request.route === route ? sendReply(request, response) : refuse(request, response);

/** The model works, but requests are rejected for their form or their path. */
export const forms = {
  wants_max_completion_tokens: picky(maxTokens),
  wants_ample_limit: picky(ampleLimit),
  wants_stream: picky(mustStream),
  refuses_stream: picky(noStream),
  refuses_stream_options: picky(noStreamOptions),
  refuses_stream_options_422: picky({ ...noStreamOptions, status: 422 }),
  several_demands: picky(maxTokens, noStreamOptions, noStream),
  contradictory_demands: picky(mustStream, noStream),
  only_chat: onlyOn('chat', invalidUrl),
  only_chat_plain_404: onlyOn('chat', plainNotFound),
  only_chat_405: onlyOn('chat', notAllowed),
  only_chat_400: onlyOn('chat', unknownEndpoint),
  only_chat_200: onlyOn('chat', unknownEndpointIn200),
  only_responses: onlyOn('responses', invalidUrl),
  only_anthropic: onlyOn('anthropic', plainNotFound),
  only_gemini: onlyOn('gemini', notAllowed),
  no_route: onlyOn(null, plainNotFound),
  gemini_without_streaming: (request, response) =>
    request.route === 'gemini' && request.isStream
      ? plainNotFound(request, response)
      : sendReply(request, response),
  only_chat_and_limited: (request, response) =>
    request.route === 'chat'
      ? sendError(request, response, 429, 'slow down', 'rate_limit_error')
      : invalidUrl(request, response),
} satisfies Record<string, Behaviour>;
