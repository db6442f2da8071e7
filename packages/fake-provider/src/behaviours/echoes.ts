import { replyWith } from '../reply.ts';
import { type Behaviour, sendBody, sendReply } from '../send.ts';

/** The caller's key comes back, in every place where a careless relay might put it. */
export const echoes = {
  echo_in_text: (ask, response) =>
    sendReply(ask, response, replyWith({ text: `Your key is ${ask.key}, is it not?` })),
  echo_at_the_cut: (ask, response) =>
    sendReply(ask, response, replyWith({ text: `${'x'.repeat(490)}${ask.key}` })),
  echo_in_tool_call: (ask, response) =>
    sendReply(
      ask,
      response,
      replyWith({ toolCall: { name: 'f', arguments: JSON.stringify({ key: ask.key }) } }),
    ),
  echo_in_page: (ask, response) =>
    sendBody(response, 200, 'text/html', `<html><p>Bearer ${ask.key}</p></html>`),
  echo_in_text_500: (ask, response) =>
    sendBody(response, 500, 'text/plain', `bad header: authorization: Bearer ${ask.key}`),
  echo_in_location: (ask, response) => {
    response.writeHead(302, { location: `/login?key=${encodeURIComponent(ask.key)}` }).end();
  },
} satisfies Record<string, Behaviour>;
