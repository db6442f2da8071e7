import type { ModelRequest } from '../model-request.ts';
import {
  type Behaviour,
  changedBody,
  goodBody,
  goodReply,
  json,
  jsonType,
  pause,
  sendBody,
  sendEvents,
  sendJson,
  sendReply,
  streamType,
} from '../send.ts';
import { type Reply, replyWith, type WireEvent } from '../wire/wire.ts';

const reply =
  (parts: Partial<Reply>): Behaviour =>
  (request, response) =>
    sendReply(request, response, replyWith(parts));

const wholeAs =
  (contentType: string): Behaviour =>
  (request, response) =>
    sendBody(response, 200, contentType, goodBody({ ...request, isStream: false }).text);

/** The good stream with some events changed or left out; a whole answer stays good. */
const streamed =
  (change: (events: WireEvent[], request: ModelRequest) => WireEvent[]): Behaviour =>
  (request, response) => {
    if (!request.isStream) return sendReply(request, response);
    const events = request.wire.events(goodReply(request), request.model);
    return sendEvents(request, response, change(events, request));
  };

const isNamed = ({ event = '' }: WireEvent, pattern: RegExp) => pattern.test(event);

/** Answers of a working model, and some that contain nothing. */
export const answers = {
  good: (request, response) => sendReply(request, response),
  long_text: reply({ text: `${'a'.repeat(499)}🙂${'b'.repeat(100)}`, outputTokens: 64 }),
  reasoning_only: reply({ thought: 'Who am I? A model, it seems.', thoughtTokens: 9 }),
  thought_then_text: (request, response) => {
    const { text } = request.thinks ? goodReply(request) : { text: 'I am thinking.' };
    return sendReply(
      request,
      response,
      replyWith({ thought: 'Let me think.', text, thoughtTokens: 4 }),
    );
  },
  refusal: reply({ refusal: 'I cannot say.' }),
  parts_content: reply({ text: 'I come in parts.', contentAs: 'parts' }),
  tool_call: reply({
    toolCall: { name: 'identify', arguments: '{"model":"fake"}' },
    stop: 'tool',
  }),
  stopped_thinking: reply({ stop: 'limit', outputTokens: 64, thoughtTokens: 64 }),
  stopped_in_thought: reply({ thought: 'I wonder', stop: 'limit', outputTokens: 64 }),
  stopped_unused: reply({ stop: 'limit', outputTokens: 0 }),
  no_text: reply({ outputTokens: 0 }),
  blank_text: reply({ text: ' \n ', outputTokens: 1 }),
  empty_parts: ({ wire }, response) => sendJson(response, 200, wire.empty.none),
  null_parts: ({ wire }, response) => sendJson(response, 200, wire.empty.null),
  legacy_text: json(200, { choices: [{ text: 'An old answer.' }] }),
  /** One piece every 25 ms: enough to measure a rate. */
  paced: (request, response) =>
    sendReply({ ...request, pace: { ...request.pace, pieceDelayMs: 25 } }, response),
  /** Late, but within most timeouts. */
  slow: async (request, response) => {
    await pause(request, 400);
    await sendReply(request, response);
  },
  json_instead_of_stream: (request, response) =>
    sendReply({ ...request, isStream: false }, response),
  stream_not_requested: (request, response) =>
    sendEvents(request, response, request.wire.events(goodReply(request), request.model)),
  stream_as_json_type: (request, response) =>
    sendBody(response, 200, jsonType, goodBody({ ...request, isStream: true }).text),
  json_as_stream_type: wholeAs(streamType),
  json_as_html_type: wholeAs('text/html'),
  byte_order_mark: changedBody((text) => `\uFEFF${text}`),
  crlf_and_comments: changedBody((text, request) =>
    request.isStream ? `: hello\r\n\r\n${text.replaceAll('\n', '\r\n')}` : text,
  ),
  no_last_blank_line: changedBody((text) => text.trimEnd()),
  /** The text comes in the item's end alone, and the response's end has no output. */
  text_in_item_done: streamed((events) =>
    events
      .filter((event) => !isNamed(event, /\.(delta|added)$/))
      .map((event) => (isNamed(event, /completed/) ? withoutOutput(event) : event)),
  ),
  completed_without_output: streamed((events) =>
    events.map((event) => (isNamed(event, /completed/) ? withoutOutput(event) : event)),
  ),
  /** Types only outside the data. */
  types_outside: streamed((events) =>
    events.map(({ event, data }) => ({
      ...(event === undefined ? {} : { event }),
      data: typeof data === 'object' ? { ...data, type: undefined } : data,
    })),
  ),
  no_final_event: streamed((events) =>
    events.filter((event) => event.data !== '[DONE]' && !isNamed(event, /message_stop/)),
  ),
  array_of_events: (request, response) => {
    const events = request.wire.events(goodReply(request), request.model);
    const values = events.filter(({ data }) => typeof data === 'object').map(({ data }) => data);
    return sendJson(response, 200, values);
  },
  blank_lines_first: changedBody((text) => `\n\n\n${text}`),
  spoken: ({ model }, response) =>
    sendJson(response, 200, {
      choices: [
        {
          message: {
            content: null,
            audio: { id: 'a', data: 'UklG', transcript: `I am ${model}.` },
          },
          finish_reason: 'stop',
        },
      ],
    }),
  /** The byte 0xFF is never valid in UTF-8. */
  invalid_utf8: changedBody((text) => {
    const at = text.indexOf('I am ') + 'I am '.length;
    const bytes = [
      Buffer.from(text.slice(0, at)),
      Buffer.from([0xff]),
      Buffer.from(text.slice(at)),
    ];
    return Buffer.concat(bytes);
  }),
} satisfies Record<string, Behaviour>;

function withoutOutput({ event, data }: WireEvent): WireEvent {
  const response = { id: 'resp_fake', object: 'response', status: 'completed', output: [] };
  return { ...(event === undefined ? {} : { event }), data: { ...Object(data), response } };
}
