import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { readBody } from './model-request.ts';

export interface ReceivedAlert {
  /** Unix milliseconds. */
  at: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Of the answer. */
  status: number;
}

/** A webhook that alerts are sent to. Its page, at `/`, shows what came. */
export interface AlertReceiver {
  /** Where alerts go. */
  url: string;
  origin: string;
  /** The oldest first. */
  received: readonly ReceivedAlert[];
  /** What it answers from now on. */
  answerWith(answer: (alert: Omit<ReceivedAlert, 'status'>) => number | Promise<number>): void;
  close(): Promise<void>;
}

const mostKept = 500;
const hookPath = '/hook';

/** Starts one on a free port, or on this one. */
export async function startAlertReceiver({ port = 0 } = {}): Promise<AlertReceiver> {
  const received: ReceivedAlert[] = [];
  let answer: Parameters<AlertReceiver['answerWith']>[0] = () => 200;
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== hookPath) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(pageOf(received));
      return;
    }
    const { text: body } = await readBody(request);
    const alert = { at: Date.now(), headers: request.headers, body };
    const status = await answer(alert);
    received.push({ ...alert, status });
    if (received.length > mostKept) received.shift();
    response.writeHead(status, { 'content-type': 'text/plain' }).end(status < 300 ? 'ok' : 'no');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    ...{ origin, url: `${origin}${hookPath}`, received },
    answerWith(next) {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pageOf(received: readonly ReceivedAlert[]): string {
  const rows = received.toReversed().map(({ at, body }) => {
    const lines = [
      `<time>${new Date(at).toISOString()}</time>`,
      `<pre>${escaped(pretty(body))}</pre>`,
    ];
    return `<article>${lines.join('')}</article>`;
  });
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Alerts</title><style>body{font:14px system-ui;max-width:60rem;margin:2rem auto}pre{background:#8881;padding:1em;overflow:auto}</style>
<h1>What the webhook received: ${received.length}</h1>${rows.join('')}`;
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
