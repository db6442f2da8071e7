import { type Behaviour, body, changedBody, goodBody, sendBody } from '../send.ts';

const mebibyte = 1024 * 1024;

const half = (text: string) => text.slice(0, text.length / 2);

/** Bodies that end properly by HTTP's rules but aren't answers. */
export const brokenBodies = {
  empty_body: body(200, 'application/json', ''),
  blank_body: body(200, 'text/event-stream', '\n\n'),
  json_null: body(200, 'application/json', 'null'),
  json_string: body(200, 'application/json', '"ok"'),
  plain_words: body(200, 'text/plain', 'The server is doing fine.'),
  garbage_events: body(200, 'text/event-stream', 'data: <oops>\n\ndata: <again>\n\n'),
  only_comments: body(200, 'text/event-stream', ': ping\n\n: ping\n\n'),
  only_done: body(200, 'text/event-stream', 'data: [DONE]\n\n'),
  cut_json: (request, response) => {
    const { text } = goodBody({ ...request, isStream: false });
    sendBody(response, 200, 'application/json', half(text));
  },
  /** A stream without its last events, or a body cut in half. */
  silent_truncation: changedBody(half),
  /** Like relays that never send the end of a stream; whole answers are good. */
  stream_without_end: changedBody((text, { isStream }) => (isStream ? half(text) : text)),
  /** The stream stops midway, and every event has a finish reason, which is empty. */
  finish_reason_empty: body(
    200,
    'text/event-stream',
    ['Hel', 'lo, I was say']
      .map((content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: '' }] }))
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join(''),
  ),
  over_4_mib: body(
    200,
    'application/json',
    `{"choices":[],"filler":"${'x'.repeat(5 * mebibyte)}"}`,
  ),
  nested_deeply: body(200, 'application/json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
} satisfies Record<string, Behaviour>;
