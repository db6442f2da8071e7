import { type Behaviour, sendBody, sendJson } from '../send.ts';
import { wireFor } from '../wire/wire-for.ts';

const challengePage =
  '<!DOCTYPE html><html><head><title>Just a moment...</title><script>var a = "<b>";</script></head><body><h1>Checking your browser</h1></body></html>';

/** A status with an error body in the route's own format. */
const status =
  (code: number, message: string, type = 'api_error'): Behaviour =>
  (ask, response) =>
    sendJson(response, code, wireFor(ask.route).error(message, type, code));

const json =
  (code: number, value: unknown): Behaviour =>
  (_, response) =>
    sendJson(response, code, value);

const text =
  (code: number, body: string, contentType = 'text/plain'): Behaviour =>
  (_, response) =>
    sendBody(response, code, contentType, body);

/** HTTP statuses with their usual bodies, and some unusual ones. */
export const statuses = {
  http_400: status(400, 'messages: field is malformed', 'invalid_request_error'),
  http_400_model: json(400, { error: { message: 'The model `x` does not exist' } }),
  http_401: status(401, 'Incorrect API key provided', 'authentication_error'),
  http_401_echo: (ask, response) =>
    sendJson(response, 401, {
      error: { message: `Incorrect API key provided: ${ask.key}`, code: 'invalid_api_key' },
    }),
  http_402: status(402, 'Payment required'),
  http_403: status(403, 'Your region is not supported', 'permission_error'),
  http_403_quota: json(403, {
    error: { message: '用户额度不足', type: 'new_api_error', code: 'insufficient_user_quota' },
  }),
  http_404_model: json(404, {
    error: {
      message: 'The model does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      code: 'model_not_found',
    },
  }),
  http_408: status(408, 'Request timed out'),
  http_413: text(413, 'Payload too large'),
  http_422: json(422, { detail: [{ loc: ['body'], msg: 'field required', type: 'missing' }] }),
  http_429: status(429, 'Rate limit reached for requests', 'rate_limit_error'),
  http_429_quota: json(429, {
    error: { message: 'You exceeded your current quota', type: 'insufficient_quota' },
  }),
  http_429_per_minute: json(429, { error: { message: 'Quota exceeded: 5 requests per minute' } }),
  http_500: status(500, 'Internal server error'),
  http_500_text: text(500, 'panic: out of luck'),
  http_500_empty: text(500, ''),
  http_500_balance: json(500, { error: '账户余额不足' }),
  http_502_page: text(502, '<html><body><h1>502 Bad Gateway</h1></body></html>', 'text/html'),
  http_503: status(503, 'Service unavailable'),
  http_503_no_channel: json(503, {
    error: { message: 'No available channel for model x', code: 'model_not_found' },
  }),
  http_504: text(504, 'upstream request timeout'),
  http_524: text(524, 'error code: 524'),
  http_529: status(529, 'Overloaded', 'overloaded_error'),
  http_418_detail: json(418, { detail: 'I am a teapot' }),
  http_204: (_, response) => {
    response.writeHead(204).end();
  },
  http_201_good_enough: (_, response) => sendJson(response, 201, { choices: [{ text: 'Made.' }] }),
  page_200: text(200, challengePage, 'text/html'),
  page_403: text(403, challengePage, 'text/html'),
  page_503: text(503, challengePage, 'text/html'),
} satisfies Record<string, Behaviour>;
