import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { UpstreamTarget } from '@api-monitor/core';
import { type AnswerHandler, createUpstream } from '@api-monitor/upstream';

/**
 * The gateway's road without the gateway: node:http on this side, its connections to channels on that
 * side, and nothing between them but the bytes. Knows no key, model, failure, limit or record. The
 * arguments are the origins of the provider and of the one of paced streams.
 */
const [provider, streamProvider] = process.argv.slice(2).map(channelAt);
const { dispatch } = createUpstream({ allowPrivate: 'on', via: '1.1 bare-relay' });
const staysHere = new Set(['connection', 'transfer-encoding']);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => relay(request, response, Buffer.concat(chunks)));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(JSON.stringify(server.address())),
);

function relay({ url: path = '/' }: IncomingMessage, response: ServerResponse, sent: Buffer): void {
  const channel = /^\/(?:paced|brief)\//.test(path) ? streamProvider : provider;
  if (!channel) throw new Error('two origins must be given');
  const headers = ['content-type', 'application/json'];
  const body = { pieces: [sent], hold: () => () => {} };
  dispatch.post(channel, { path, headers, keyHeader: null, body }, answer(response));
}

function answer(response: ServerResponse): AnswerHandler {
  let pending: Buffer | null = null;
  const handler: AnswerHandler = {
    get isOver() {
      return response.destroyed;
    },
    onSent: (source) => void response.on('close', () => source.abort(handler)),
    onHead(status, headers) {
      response.writeHead(
        status,
        headers.filter((_, at) => !staysHere.has(headers[at & ~1] ?? '')),
      );
    },
    onBytes(bytes) {
      pending = pending ? Buffer.concat([pending, bytes]) : Buffer.from(bytes);
    },
    onRead() {
      if (pending) response.write(pending);
      else response.flushHeaders();
      pending = null;
    },
    onEnd: () => void response.end(pending),
    onFault: () => void response.destroy(),
  };
  return handler;
}

function channelAt(origin: string, id: number): UpstreamTarget {
  return { id, baseUrl: origin, apiKey: 'sk-of-the-channel', verifySsl: true };
}
