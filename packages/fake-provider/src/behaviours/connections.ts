import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ModelRequest } from '../model-request.ts';
import { type Behaviour, goodBody, pause, sendReply, streamType } from '../send.ts';

/** Sends the first half of a good body and doesn't end. */
function sendHalf(request: ModelRequest, response: ServerResponse): Promise<void> {
  const { contentType, text } = goodBody(request);
  response.writeHead(200, { 'content-type': contentType });
  return new Promise((sent) => {
    response.write(text.slice(0, text.length / 2), () => sent());
  });
}

/** Writes the same text again and again until the caller leaves; with 0, as fast as it is read. */
async function writeForever(
  request: ModelRequest,
  response: ServerResponse,
  text: string,
  everyMs: number,
) {
  response.writeHead(200, { 'content-type': streamType });
  while (!request.closed.aborted) {
    const isTaken = response.write(text);
    if (everyMs > 0) await pause(request, everyMs);
    else if (!isTaken) await once(response, 'drain', { signal: request.closed }).catch(() => {});
  }
}

/** Connections that break, hang or never end. */
export const connections = {
  reset_before_headers: (_, response) => {
    response.socket?.resetAndDestroy();
  },
  closed_before_headers: (_, response) => {
    response.socket?.destroy();
  },
  reset_midway: async (request, response) => {
    await sendHalf(request, response);
    response.socket?.resetAndDestroy();
  },
  closed_midway: async (request, response) => {
    await sendHalf(request, response);
    response.socket?.end();
  },
  /** Shorter than its content-length. */
  shorter_than_promised: (request, response) => {
    const { contentType, text } = goodBody(request);
    const length = Buffer.byteLength(text) + 100;
    response.writeHead(200, { 'content-type': contentType, 'content-length': length });
    response.write(text, () => response.socket?.end());
  },
  /** With a length and in chunks, so that two readers may see two different ends. */
  framed_twice: (request, response) => {
    const { contentType, text } = goodBody(request);
    const size = Buffer.byteLength(text).toString(16);
    response.socket?.end(
      `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: 2\r\n` +
        `transfer-encoding: chunked\r\n\r\n${size}\r\n${text}\r\n0\r\n\r\n`,
    );
  },
  /** Never answers. The connection stays open until the caller leaves. */
  hang_before_headers: () => {},
  hang_midway: (request, response) => sendHalf(request, response),
  /** Sends the whole answer, but doesn't end it. */
  stays_open: (request, response) => {
    const { contentType, text } = goodBody(request);
    response.writeHead(200, { 'content-type': contentType });
    response.write(text);
  },
  endless_body: (request, response) => writeForever(request, response, 'x'.repeat(65_536), 0),
  endless_comments: (request, response) => writeForever(request, response, ': still here\n\n', 20),
  slow_drip: (request, response) => writeForever(request, response, ' ', 20),
  not_http: (_, response) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
  },
  /** Answers a connection's first request and closes it on the next one, like a server whose timeout has passed. */
  closes_used_connection: (request, response) => {
    if ((response.socket?.bytesWritten ?? 0) === 0) return sendReply(request, response);
    response.socket?.destroy();
  },
} satisfies Record<string, Behaviour>;
