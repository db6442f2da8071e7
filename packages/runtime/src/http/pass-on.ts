import {
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  request as requestOf,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { recogniseCaller } from './callers.ts';
import { sendDetail } from './send-detail.ts';

/** In which `passOnTo` tells whose request it is; it lets no client say so. */
export const peerHeader = 'x-api-monitor-peer';

/** What concerns one connection alone (RFC 9110, 7.6.1), and what only we may say. */
const staysHere = new Set([
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
/** How long and how often a busy server is asked again. */
const busyLimitMs = 5_000;
const retryMs = 50;

/**
 * Passes requests on to a server of this process that listens at a path, and answers back as they come.
 * A connection is opened for each: between threads that costs microseconds, and none can be stale.
 */
export function passOnTo(path: string): RequestListener {
  return (request, response) => {
    let passed: ClientRequest | null = null;
    let timer: NodeJS.Timeout | undefined;
    const deadlineMs = performance.now() + busyLimitMs;
    const send = () => {
      passed = requestOf(optionsOf(path, request));
      relay(request, response, passed, (error) => {
        if (!isBusy(error) || performance.now() > deadlineMs) refuse(response);
        else if (!response.destroyed) timer = setTimeout(send, retryMs);
      });
    };
    response.on('close', () => {
      clearTimeout(timer);
      passed?.destroy();
    });
    send();
  };
}

function optionsOf(socketPath: string, request: IncomingMessage) {
  const { method, url, socket } = request;
  const headers = [...thoseThatGoOn(request), peerHeader, socket.remoteAddress ?? 'unknown'];
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
  passed: ClientRequest,
  onFault: (error: Error) => void,
): void {
  passed.setTimeout(answerTimeoutMs, () => passed.destroy());
  passed.on('error', onFault);
  // The body must not go to a connection that is refused. Not a pipeline: after an early answer that
  // would destroy the request while its body still arrives.
  passed.on('socket', (socket) => socket.once('connect', () => request.pipe(passed)));
  // How the other server says that it knows the caller, before it reads the body.
  passed.on('information', ({ statusCode }) => {
    if (statusCode === 102) recogniseCaller(request);
  });
  passed.on('response', (answer) => {
    // An event stream may be silent for as long as it likes.
    passed.setTimeout(0);
    if (closes(answer)) response.shouldKeepAlive = false;
    response.writeHead(answer.statusCode ?? 502, thoseThatGoOn(answer));
    response.flushHeaders();
    pipeline(answer, response, () => {});
  });
}

/** Linux refuses a connection at once while too many wait to be accepted (connect(2)). */
function isBusy(error: Error): boolean {
  return (
    'code' in error && error.code === 'EAGAIN' && 'syscall' in error && error.syscall === 'connect'
  );
}

/** Whether the sender closes the connection after this message. */
function closes({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*close\s*(?:,|$)/i.test(headers.connection ?? '');
}

function thoseThatGoOn({ rawHeaders }: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!staysHere.has(name.toLowerCase())) headers.push(name, rawHeaders[at + 1] ?? '');
  }
  return headers;
}

function refuse(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  sendDetail(response, 502, 'the monitor does not answer');
}
