import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

/**
 * The least that a gateway on node:http and undici can do: the bytes of each request go to a provider, and
 * those of its answer come back. The arguments are the origins of the provider and of the provider of
 * paced streams.
 */
const [provider, streamProvider] = process.argv.slice(2).map((origin) => {
  return new Pool(origin, { allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
});
const droppedHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => relay(request, response, Buffer.concat(chunks)));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(JSON.stringify(server.address())),
);

function relay({ url: path = '/' }: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const pool = /^\/(?:paced|brief)\//.test(path) ? streamProvider : provider;
  const headers = ['authorization', 'Bearer sk-of-the-target', 'content-type', 'application/json'];
  pool?.dispatch({ method: 'POST', path, headers, body }, answerTo(response));
}

function answerTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('close', () => controller.abort(new Error('the client has left')));
      response.on('drain', () => controller.resume());
    },
    onResponseStart(_, status, headers) {
      const passed = Object.entries(headers).filter(([name]) => !droppedHeaders.has(name));
      response.writeHead(status, Object.fromEntries(passed));
      if (!('content-length' in headers)) response.flushHeaders();
    },
    onResponseData(controller, bytes) {
      if (!response.write(bytes)) controller.pause();
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
}
