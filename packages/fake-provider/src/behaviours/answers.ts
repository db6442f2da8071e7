import type { Ask } from '../ask.ts';
import { type Reply, replyWith } from '../reply.ts';
import {
  type Behaviour,
  goodBody,
  goodReply,
  jsonType,
  pause,
  sendBody,
  sendEvents,
  sendJson,
  sendReply,
  streamType,
} from '../send.ts';
import { wireFor } from '../wire/wire-for.ts';

const reply =
  (part: Partial<Reply>): Behaviour =>
  (ask, response) =>
    sendReply(ask, response, replyWith(part));

/** The good body with something done to its text before it is sent as one piece. */
const reworked =
  (rework: (text: string, ask: Ask) => string | Buffer): Behaviour =>
  (ask, response) => {
    const { contentType, text } = goodBody(ask);
    sendBody(response, 200, contentType, rework(text, ask));
  };

/** Answers that show a model at work, and some that show nothing. */
export const answers = {
  good: (ask, response) => sendReply(ask, response, goodReply(ask)),
  long_text: reply({ text: `${'a'.repeat(499)}🙂${'b'.repeat(100)}`, outputTokens: 64 }),
  reasoning_only: reply({ thought: 'Who am I? A model, it seems.', thoughtTokens: 9 }),
  thought_then_text: reply({ thought: 'Let me think.', text: 'I am thinking.', thoughtTokens: 4 }),
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
  empty_parts: (ask, response) => sendJson(response, 200, wireFor(ask.route).empty.none),
  null_parts: (ask, response) => sendJson(response, 200, wireFor(ask.route).empty.null),
  legacy_text: (_, response) => sendJson(response, 200, { choices: [{ text: 'An old answer.' }] }),
  /** One piece every 25 ms: enough to measure a rate. */
  paced: (ask, response) =>
    sendReply({ ...ask, pace: { ...ask.pace, pieceDelayMs: 25 } }, response, goodReply(ask)),
  /** Late, but within most timeouts. */
  slow: async (ask, response) => {
    await pause(ask, 400);
    await sendReply(ask, response, goodReply(ask));
  },
  json_though_stream_asked: (ask, response) =>
    sendReply({ ...ask, isStream: false }, response, goodReply(ask)),
  stream_unasked: (ask, response) =>
    sendEvents(ask, response, wireFor(ask.route).events(goodReply(ask), ask.model)),
  stream_as_json_type: (ask, response) =>
    sendBody(response, 200, jsonType, goodBody({ ...ask, isStream: true }).text),
  json_as_stream_type: (ask, response) =>
    sendBody(response, 200, streamType, goodBody({ ...ask, isStream: false }).text),
  json_as_html_type: (ask, response) =>
    sendBody(response, 200, 'text/html', goodBody({ ...ask, isStream: false }).text),
  byte_order_mark: reworked((text) => `\uFEFF${text}`),
  crlf_and_comments: reworked((text, ask) =>
    ask.isStream ? `: hello\r\n\r\n${text.replaceAll('\n', '\r\n')}` : text,
  ),
  no_last_blank_line: reworked((text) => text.trimEnd()),
  /** 0xFF is no UTF-8 anywhere. */
  invalid_utf8: reworked((text) => {
    const at = text.indexOf('I am ') + 'I am '.length;
    const bytes = [
      Buffer.from(text.slice(0, at)),
      Buffer.from([0xff]),
      Buffer.from(text.slice(at)),
    ];
    return Buffer.concat(bytes);
  }),
} satisfies Record<string, Behaviour>;
