import type { ServerResponse } from 'node:http';
import { type Behaviour, body, json, sendError, sendJson, sendReply } from '../send.ts';

const challengePage =
  '<!DOCTYPE html><html><head><title>Just a moment...</title><script>var a = "<b>";</script></head><body><h1>Checking your browser</h1></body></html>';

/** A status with an error body in the route's own format. */
const status =
  (code: number, message: string, type = 'api_error'): Behaviour =>
  (request, response) =>
    sendError(request, response, code, message, type);

const text = (code: number, content: string) => body(code, 'text/plain', content);
const html = (code: number, content: string) => body(code, 'text/html', content);

function redirect(response: ServerResponse, code: number, location: string): void {
  response.writeHead(code, { location }).end();
}

/** HTTP statuses with their usual bodies, and some unusual ones. */
export const statuses = {
  http_400: status(400, 'messages: field is malformed', 'invalid_request_error'),
  http_400_model: json(400, { error: { message: 'The model `x` does not exist' } }),
  http_401: status(401, 'Incorrect API key provided', 'authentication_error'),
  http_401_echo: (request, response) =>
    sendJson(response, 401, {
      error: { message: `Incorrect API key provided: ${request.key}`, code: 'invalid_api_key' },
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
  /** A probe asks again after a 429, but waits for no minute. */
  http_429_for_a_minute: (request, response) => {
    response.setHeader('retry-after', '60');
    sendError(request, response, 429, 'Rate limit reached for requests', 'rate_limit_error');
  },
  http_429_quota: json(429, {
    error: { message: 'You exceeded your current quota', type: 'insufficient_quota' },
  }),
  http_429_per_minute: json(429, { error: { message: 'Quota exceeded: 5 requests per minute' } }),
  http_500: status(500, 'Internal server error'),
  http_500_text: text(500, 'panic: out of luck'),
  http_500_empty: text(500, ''),
  http_500_balance: json(500, { error: '账户余额不足' }),
  http_502_page: html(502, '<html><body><h1>502 Bad Gateway</h1></body></html>'),
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
  http_201_with_answer: json(201, { choices: [{ text: 'Made.' }] }),
  page_200: html(200, challengePage),
  page_403: html(403, challengePage),
  page_503: html(503, challengePage),
} satisfies Record<string, Behaviour>;

/** Redirects within the provider's origin and beyond it. */
export const redirects = {
  redirect_same_origin: (request, response) => {
    if (request.url.includes('followed')) return sendReply(request, response);
    redirect(response, 307, `${request.url}${request.url.includes('?') ? '&' : '?'}followed`);
  },
  redirect_cross_origin: ({ url, otherOrigin }, response) =>
    redirect(response, 307, `${otherOrigin}${url}`),
  redirect_302_cross_origin: ({ url, otherOrigin }, response) =>
    redirect(response, 302, `${otherOrigin}${url}`),
  redirect_to_login: (_, response) => redirect(response, 302, '/login'),
  redirect_loop: ({ url }, response) => redirect(response, 308, url),
} satisfies Record<string, Behaviour>;
