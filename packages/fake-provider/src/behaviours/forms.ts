import type { FakeRoute, ModelRequest } from '../model-request.ts';
import { type Behaviour, body, goodReply, json, sendError, sendJson, sendReply } from '../send.ts';
import { replyWith } from '../wire/wire.ts';

interface Demand {
  /** Whether the request is rejected. */
  refuses(request: ModelRequest): boolean;
  /** The error in the route's own format; an object is the whole body. */
  message: string | object;
  status?: number;
}

/** Rejects with the first demand that isn't met, else answers well. */
const picky =
  (...demands: Demand[]): Behaviour =>
  (request, response) => {
    const unmet = demands.find((demand) => demand.refuses(request));
    if (!unmet) return sendReply(request, response);
    const { status = 400, message } = unmet;
    if (typeof message === 'string') sendError(request, response, status, message);
    else sendJson(response, status, message);
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
/** FastAPI's complaint, whose words name no field. */
const extraInput = [
  {
    type: 'extra_forbidden',
    loc: ['body', 'stream_options', 'include_usage'],
    msg: 'Extra inputs are not permitted',
    input: true,
  },
];
const demands = (message: string, refuses: Demand['refuses']): Demand => ({ refuses, message });
const noLimit: Demand = {
  refuses: ({ body, route }) =>
    'max_output_tokens' in body ||
    'max_completion_tokens' in body ||
    (route === 'chat' && 'max_tokens' in body),
  message: 'Unsupported parameter: max_tokens, max_completion_tokens, max_output_tokens',
};

/** Whether the answer may have so many tokens, by any route's field. */
function allows(tokens: number, { body }: ModelRequest): boolean {
  const config = body.generationConfig;
  const nested = typeof config === 'object' && config !== null ? Object.entries(config) : [];
  const limits = [...Object.entries(body), ...nested].filter(([name]) => /max.*tokens/i.test(name));
  return limits.every(([, limit]) => typeof limit === 'number' && limit >= tokens);
}

const invalidUrl: Behaviour = ({ url }, response) => {
  const message = `Invalid URL (POST ${url})`;
  sendJson(response, 404, { error: { message, type: 'invalid_request_error', code: '' } });
};
const plainNotFound = body(404, 'text/plain', '404 page not found');
const notAllowed = body(405, 'text/html', '<html><title>405 Not Allowed</title></html>');
const unknownEndpoint = json(400, { error: 'unknown endpoint' });
const notImplemented = json(500, {
  error: {
    message: 'not implemented (request id: 20260101)',
    type: 'new_api_error',
    code: 'convert_request_failed',
  },
});
const unsupportedApi = json(400, {
  error: { message: 'The requested model is not supported.', code: 'unsupported_api_for_model' },
});
const useResponses = json(400, {
  error: { message: 'Please use the /v1/responses endpoint for this model.' },
});
const imagesOnly = json(400, { error: { message: 'This model only supports image generation.' } });
const onlyForClaudeCode = json(403, { error: { message: 'This API is only for Claude Code.' } });
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
  refuses_stream_options_loc: picky({
    ...noStreamOptions,
    status: 422,
    message: { detail: extraInput },
  }),
  refuses_stream_options_nested: picky({
    ...noStreamOptions,
    status: 422,
    message: { object: 'error', message: { detail: extraInput }, type: 'invalid_request_error' },
  }),
  refuses_stream_options_array: picky({
    ...noStreamOptions,
    status: 422,
    message: { object: 'Error', message: extraInput, type: 'invalid_request_error', code: 3001 },
  }),
  refuses_stream_options_500: picky({
    ...noStreamOptions,
    status: 500,
    message: { error: { message: 'Unknown parameter', param: 'stream_options' } },
  }),
  refuses_limits: picky(noLimit),
  wants_store_false: picky(
    demands(
      'Store must be set to false',
      ({ route, body }) => route === 'responses' && body.store !== false,
    ),
  ),
  refuses_store: picky(demands("Unknown parameter: 'store'", ({ body }) => 'store' in body)),
  wants_instructions: picky(
    demands(
      'Instructions are required',
      ({ route, body }) => route === 'responses' && !body.instructions,
    ),
  ),
  wants_input_type: picky(
    demands(
      "'input_type' parameter is required for asymmetric models",
      ({ route, body }) => route === 'embeddings' && body.input_type !== 'query',
    ),
  ),
  wants_dimensions: picky(
    demands(
      'dimensions must be one of [256, 512]',
      ({ route, body }) => route === 'embeddings' && body.dimensions !== 256,
    ),
  ),
  wants_audio: picky(
    demands(
      'This model requires that either input content or output modality contain audio.',
      ({ route, body }) =>
        route === 'chat' && !(Array.isArray(body.modalities) && body.modalities.includes('audio')),
    ),
  ),
  wants_temperature: picky(
    demands(
      'temperature must be 1',
      ({ route, body }) => route === 'chat' && body.temperature !== 1,
    ),
  ),
  wants_stream_true: picky(demands('Stream must be set to true', ({ isStream }) => !isStream)),
  /** Hidden thinking uses the tokens, and no report says so. */
  thinks_first: (request, response) =>
    sendReply(
      request,
      response,
      allows(512, request) ? goodReply(request) : replyWith({ stop: 'limit', outputTokens: 0 }),
    ),
  thinks_first_by_usage: (request, response) =>
    sendReply(
      request,
      response,
      allows(512, request) ? goodReply(request) : replyWith({ stop: 'end', outputTokens: 512 }),
    ),
  refuses_efforts: (request, response) => {
    if ('reasoning_effort' in request.body || 'reasoning' in request.body) {
      return sendError(request, response, 400, "Unsupported parameter: 'reasoning_effort'");
    }
    const reply = allows(64, request) ? goodReply(request) : replyWith({ stop: 'limit' });
    return sendReply(request, response, reply);
  },
  several_demands: picky(maxTokens, noStreamOptions, noStream),
  contradictory_demands: picky(mustStream, noStream),
  only_chat: onlyOn('chat', invalidUrl),
  only_chat_plain_404: onlyOn('chat', plainNotFound),
  only_chat_405: onlyOn('chat', notAllowed),
  only_chat_400: onlyOn('chat', unknownEndpoint),
  only_chat_200: onlyOn('chat', unknownEndpointIn200),
  only_chat_500: onlyOn('chat', notImplemented),
  only_chat_unsupported_api: onlyOn('chat', unsupportedApi),
  only_responses_named: onlyOn('responses', useResponses),
  only_images: onlyOn(null, imagesOnly),
  only_claude_code: onlyOn(null, onlyForClaudeCode),
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
