import { type Behaviour, goodReply, sendEvents, sendJson } from '../send.ts';
import { wireFor } from '../wire/wire-for.ts';

const body =
  (value: unknown): Behaviour =>
  (_, response) =>
    sendJson(response, 200, value);

/** A good answer with fields of an error beside it that mean none. */
const goodBeside =
  (fields: object): Behaviour =>
  (ask, response) =>
    sendJson(response, 200, { ...wireFor(ask.route).json(goodReply(ask), ask.model), ...fields });

/** A stream that starts well and ends in what is given. */
const streamEndingIn =
  (last: { event?: string; data: unknown }, keep: number): Behaviour =>
  (ask, response) => {
    const events = wireFor(ask.route).events(goodReply(ask), ask.model);
    return sendEvents(ask, response, [...events.slice(0, keep), last]);
  };

/** 200, yet an error: relays do this in every one of these ways. */
export const errorsInBody = {
  error_object: body({ error: { message: 'the relay lost its way', type: 'relay_error' } }),
  error_string: body({ error: 'the relay is tired' }),
  error_quota: body({ error: { message: '余额不足', type: 'new_api_error', code: 'quota' } }),
  error_overloaded: (ask, response) =>
    sendJson(response, 200, wireFor(ask.route).error('Overloaded', 'overloaded_error', 529)),
  error_auth: body({ error: { message: 'Invalid API key', type: 'authentication_error' } }),
  error_rate_limit: body({ error: { message: 'rate limit reached', type: 'rate_limit_error' } }),
  error_null_with_text: goodBeside({ error: null }),
  error_empty_with_text: goodBeside({ error: { message: '', type: '', code: null } }),
  success_false: body({ success: false, message: 'channel switched off' }),
  success_true_with_text: goodBeside({ success: true, message: '' }),
  code_1001: body({ code: 1001, message: 'no such plan' }),
  code_429: body({ code: 429, message: 'slow down, please' }),
  code_0_with_text: goodBeside({ code: 0, message: 'ok' }),
  code_200_with_text: goodBeside({ code: 200, message: 'success' }),
  type_error: body({ type: 'error', error: { type: 'api_error', message: 'internal trouble' } }),
  type_error_bare: body({ type: 'error', message: 'bare trouble' }),
  status_failed: body({
    object: 'response',
    status: 'failed',
    error: { code: 'server_error', message: 'the response failed' },
    output: [],
  }),
  error_in_array: body([
    { error: { code: 429, message: 'try later', status: 'RESOURCE_EXHAUSTED' } },
  ]),
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
