import { type Behaviour, goodBody, sendBody } from '../send.ts';

const mebibyte = 1024 * 1024;

const body =
  (contentType: string, text: string): Behaviour =>
  (_, response) =>
    sendBody(response, 200, contentType, text);

/** Bodies that end properly as HTTP goes, yet are no answers. */
export const brokenBodies = {
  empty_body: body('application/json', ''),
  blank_body: body('text/event-stream', '\n\n'),
  json_null: body('application/json', 'null'),
  json_string: body('application/json', '"ok"'),
  plain_words: body('text/plain', 'The server is doing fine.'),
  garbage_events: body('text/event-stream', 'data: <oops>\n\ndata: <again>\n\n'),
  only_comments: body('text/event-stream', ': ping\n\n: ping\n\n'),
  only_done: body('text/event-stream', 'data: [DONE]\n\n'),
  cut_json: (ask, response) => {
    const { text } = goodBody({ ...ask, isStream: false });
    sendBody(response, 200, 'application/json', text.slice(0, text.length / 2));
  },
  /** A stream that stops without its last events, a whole body that is cut. */
  silent_truncation: (ask, response) => {
    const { contentType, text } = goodBody(ask);
    sendBody(response, 200, contentType, text.slice(0, text.length / 2));
  },
  /** As relays do that never send the end of a stream; asked for the whole, they answer well. */
  stream_without_end: (ask, response) => {
    const { contentType, text } = goodBody(ask);
    sendBody(response, 200, contentType, ask.isStream ? text.slice(0, text.length / 2) : text);
  },
  over_4_mib: (_, response) => {
    const filler = 'x'.repeat(5 * mebibyte);
    sendBody(response, 200, 'application/json', `{"choices":[],"filler":"${filler}"}`);
  },
  nested_deeply: body('application/json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
} satisfies Record<string, Behaviour>;
