import {
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  request as requestOf,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { recogniseCaller } from './callers.ts';
import { sendDetail } from './serve-http.ts';

/** The header in which `forwardTo` sends the peer's address. A client's own header of that name is dropped. */
export const peerHeader = 'x-api-monitor-peer';

/** Headers of one connection (RFC 9110, 7.6.1), and the one that only we may set. */
const droppedHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  peerHeader,
]);

const answerTimeoutMs = 120_000;
/** How long and how often a busy server is tried again. */
const busyLimitMs = 5_000;
const retryMs = 50;

/**
 * Forwards requests to a server of this process that listens at a path, and its answers back as they come.
 * Each gets a new connection: between threads that costs microseconds, and none can be stale.
 */
export function forwardTo(path: string): RequestListener {
  return (request, response) => {
    let forwarded: ClientRequest | null = null;
    let timer: NodeJS.Timeout | undefined;
    const deadlineMs = performance.now() + busyLimitMs;
    const send = () => {
      forwarded = requestOf(optionsOf(path, request));
      relay(request, response, forwarded, (error) => {
        if (!isBusy(error) || performance.now() > deadlineMs) refuse(response);
        else if (!response.destroyed) timer = setTimeout(send, retryMs);
      });
    };
    response.on('close', () => {
      clearTimeout(timer);
      forwarded?.destroy();
    });
    send();
  };
}

function optionsOf(socketPath: string, request: IncomingMessage) {
  const { method, url, socket } = request;
  const headers = [...forwardedHeaders(request), peerHeader, socket.remoteAddress ?? 'unknown'];
  // HTTP/1.0 clients need not send one.
  if (request.headers.host === undefined) headers.push('host', 'localhost');
  if (request.headers['transfer-encoding']) headers.push('transfer-encoding', 'chunked');
  return {
    socketPath,
    method,
    path: url,
    headers,
    agent: false,
    setDefaultHeaders: false,
  } as const;
}

/** `onFault` is called if the other server can't be reached or breaks off before its answer. */
function relay(
  request: IncomingMessage,
  response: ServerResponse,
  forwarded: ClientRequest,
  onFault: (error: Error) => void,
): void {
  forwarded.setTimeout(answerTimeoutMs, () => forwarded.destroy());
  forwarded.on('error', onFault);
  // The body must not go to a connection that is refused. Not a pipeline: after an early answer that
  // would destroy the request while its body still arrives.
  forwarded.on('socket', (socket) => socket.once('connect', () => request.pipe(forwarded)));
  // How the other server says that it knows the caller, before it reads the body.
  forwarded.on('information', ({ statusCode }) => {
    if (statusCode === 102) recogniseCaller(request);
  });
  forwarded.on('response', (answer) => {
    // An event stream may be silent for any time.
    forwarded.setTimeout(0);
    if (closes(answer)) response.shouldKeepAlive = false;
    response.writeHead(answer.statusCode ?? 502, forwardedHeaders(answer));
    response.flushHeaders();
    pipeline(answer, response, () => {});
  });
}

/** Linux rejects a connection at once while too many wait to be accepted (connect(2)). */
function isBusy(error: Error): boolean {
  return (
    'code' in error && error.code === 'EAGAIN' && 'syscall' in error && error.syscall === 'connect'
  );
}

/** Whether the sender closes the connection after this message. */
function closes({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*close\s*(?:,|$)/i.test(headers.connection ?? '');
}

function forwardedHeaders({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!droppedHeaders.has(name.toLowerCase())) headers.push(name, rawHeaders[at + 1] ?? '');
  }
  return headers;
}

function refuse(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else sendDetail(response, 502, 'the monitor does not answer');
}
