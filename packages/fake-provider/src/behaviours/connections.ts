import type { ServerResponse } from 'node:http';
import type { Ask } from '../ask.ts';
import { type Behaviour, goodBody, goodReply, pause, sendReply, streamType } from '../send.ts';

/** Sends the start of a good body, and doesn't end. */
function sendHalf(ask: Ask, response: ServerResponse): Promise<void> {
  const { contentType, text } = goodBody(ask);
  response.writeHead(200, { 'content-type': contentType });
  return new Promise((sent) => {
    response.write(text.slice(0, text.length / 2), () => sent());
  });
}

/** Writes the same text again and again, as fast as it is taken or slowly, until the caller goes. */
async function writeForever(ask: Ask, response: ServerResponse, text: string, everyMs: number) {
  response.writeHead(200, { 'content-type': streamType });
  while (!ask.gone.aborted) {
    const isTaken = response.write(text);
    if (everyMs > 0) await pause(ask, everyMs);
    else if (!isTaken) await drained(ask, response);
  }
}

function drained(ask: Ask, response: ServerResponse): Promise<void> {
  return new Promise((go) => {
    response.once('drain', go);
    ask.gone.addEventListener('abort', () => go(), { once: true });
  });
}

/** Connections that break, hang or never end. */
export const connections = {
  reset_before_headers: (_, response) => {
    response.socket?.resetAndDestroy();
  },
  closed_before_headers: (_, response) => {
    response.socket?.destroy();
  },
  reset_midway: async (ask, response) => {
    await sendHalf(ask, response);
    response.socket?.resetAndDestroy();
  },
  closed_midway: async (ask, response) => {
    await sendHalf(ask, response);
    response.socket?.end();
  },
  /** Says how long it will be, and isn't. */
  shorter_than_promised: (ask, response) => {
    const { contentType, text } = goodBody(ask);
    const length = Buffer.byteLength(text) + 100;
    response.writeHead(200, { 'content-type': contentType, 'content-length': length });
    response.write(text, () => response.socket?.end());
  },
  /** Has a length and chunks, so that two readers see two different ends. */
  framed_twice: (ask, response) => {
    const { contentType, text } = goodBody(ask);
    const size = Buffer.byteLength(text).toString(16);
    response.socket?.end(
      `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: 2\r\n` +
        `transfer-encoding: chunked\r\n\r\n${size}\r\n${text}\r\n0\r\n\r\n`,
    );
  },
  /** Never answers; the connection stays open until the caller goes. */
  hang_before_headers: () => {},
  hang_midway: (ask, response) => sendHalf(ask, response),
  /** Says all that it has to say, its last word included, and never hangs up. */
  stays_open: (ask, response) => {
    const { contentType, text } = goodBody(ask);
    response.writeHead(200, { 'content-type': contentType });
    response.write(text);
  },
  endless_body: (ask, response) => writeForever(ask, response, 'x'.repeat(65_536), 0),
  endless_comments: (ask, response) => writeForever(ask, response, ': still here\n\n', 20),
  slow_drip: (ask, response) => writeForever(ask, response, ' ', 20),
  not_http: (_, response) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
  },
  /**
   * Answers the first request of a connection, and closes it on the next one unanswered: what a
   * caller sees of a server that had tired of waiting.
   */
  closes_used_connection: (ask, response) => {
    if ((response.socket?.bytesWritten ?? 0) === 0) return sendReply(ask, response, goodReply(ask));
    response.socket?.destroy();
  },
} satisfies Record<string, Behaviour>;
