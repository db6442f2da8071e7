import { type Behaviour, goodReply, json, sendEvents, sendJson } from '../send.ts';

/** A good answer with fields that look like an error but aren't one. */
const goodBeside =
  (fields: object): Behaviour =>
  (request, response) =>
    sendJson(response, 200, { ...request.wire.json(goodReply(request), request.model), ...fields });

/** A stream that starts well, with `keep` events, and ends with the given one. */
const streamEndingIn =
  (last: { event?: string; data: unknown }, keep: number): Behaviour =>
  (request, response) => {
    const events = request.wire.events(goodReply(request), request.model);
    return sendEvents(request, response, [...events.slice(0, keep), last]);
  };

/** Errors with status 200. Relays send all of these. */
export const errorsInBody = {
  error_object: json(200, { error: { message: 'the relay lost its way', type: 'relay_error' } }),
  error_string: json(200, { error: 'the relay is tired' }),
  error_quota: json(200, { error: { message: '余额不足', type: 'new_api_error', code: 'quota' } }),
  error_overloaded: ({ wire }, response) =>
    sendJson(response, 200, wire.error('Overloaded', 'overloaded_error', 529)),
  error_auth: json(200, { error: { message: 'Invalid API key', type: 'authentication_error' } }),
  error_rate_limit: json(200, {
    error: { message: 'rate limit reached', type: 'rate_limit_error' },
  }),
  error_null_with_text: goodBeside({ error: null }),
  error_empty_with_text: goodBeside({ error: { message: '', type: '', code: null } }),
  success_false: json(200, { success: false, message: 'channel switched off' }),
  success_true_with_text: goodBeside({ success: true, message: '' }),
  code_1001: json(200, { code: 1001, message: 'no such plan' }),
  code_429: json(200, { code: 429, message: 'slow down, please' }),
  code_0_with_text: goodBeside({ code: 0, message: 'ok' }),
  code_200_with_text: goodBeside({ code: 200, message: 'success' }),
  type_error: json(200, {
    type: 'error',
    error: { type: 'api_error', message: 'internal trouble' },
  }),
  type_error_bare: json(200, { type: 'error', message: 'bare trouble' }),
  status_failed: json(200, {
    object: 'response',
    status: 'failed',
    error: { code: 'server_error', message: 'the response failed' },
    output: [],
  }),
  error_in_array: json(200, [
    { error: { code: 429, message: 'try later', status: 'RESOURCE_EXHAUSTED' } },
  ]),
  detail: json(200, { detail: 'Something went wrong' }),
  choice_error: json(200, {
    choices: [{ message: { content: 'par' }, finish_reason: 'error', error: { message: 'lost' } }],
  }),
  finish_reason_error: streamEndingIn(
    { data: { choices: [{ delta: {}, finish_reason: 'error' }] } },
    3,
  ),
  error_last_field: streamEndingIn(
    {
      data: {
        id: 'c',
        choices: [{ delta: { content: '' }, finish_reason: 'error' }],
        error: { code: 502, message: 'Provider disconnected' },
      },
    },
    3,
  ),
  blocked_prompt: json(200, { promptFeedback: { blockReason: 'SAFETY' } }),
  error_event: streamEndingIn({ data: { error: { message: 'broke halfway' } } }, 3),
  error_event_first: streamEndingIn({ data: { error: { message: 'broke at once' } } }, 0),
  error_event_named: streamEndingIn(
    { event: 'error', data: { type: 'error', error: { type: 'api_error', message: 'named it' } } },
    3,
  ),
  error_event_text: streamEndingIn({ event: 'error', data: 'plain words' }, 1),
  response_failed_event: streamEndingIn(
    {
      event: 'response.failed',
      data: {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'gave up' } },
      },
    },
    2,
  ),
} satisfies Record<string, Behaviour>;
