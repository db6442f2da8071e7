import { type Behaviour, sendBody, sendReply } from '../send.ts';
import { replyWith } from '../wire/wire.ts';

/** The caller's key is in the answer, in every place where a careless relay might put it. */
export const echoes = {
  echo_in_text: (request, response) =>
    sendReply(request, response, replyWith({ text: `Your key is ${request.key}, is it not?` })),
  echo_at_the_cut: (request, response) =>
    sendReply(request, response, replyWith({ text: `${'x'.repeat(490)}${request.key}` })),
  echo_in_tool_call: (request, response) =>
    sendReply(
      request,
      response,
      replyWith({ toolCall: { name: 'f', arguments: JSON.stringify({ key: request.key }) } }),
    ),
  echo_in_page: (request, response) =>
    sendBody(response, 200, 'text/html', `<html><p>Bearer ${request.key}</p></html>`),
  echo_in_text_500: (request, response) =>
    sendBody(response, 500, 'text/plain', `bad header: authorization: Bearer ${request.key}`),
  echo_in_location: (request, response) => {
    response.writeHead(302, { location: `/login?key=${encodeURIComponent(request.key)}` }).end();
  },
} satisfies Record<string, Behaviour>;
