import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorKind, type Judgement, judgeAnswer, judgeBreak } from '@api-monitor/core';
import { createAnswerReader } from '@api-monitor/protocols';
import { describeFault, type OpenedConnection, retryAfterOf } from '@api-monitor/upstream';
import { WebSocket } from 'ws';
import type { KeyMask } from '../../forward/key-mask.ts';
import { closeTimeoutMs } from '../accept-upgrade.ts';

interface DialOptions {
  open: () => Promise<OpenedConnection>;
  /** The client hears why a channel refused. */
  keyMask: KeyMask;
  protocols: readonly string[];
  maxPayload: number;
  /** For the connection and the handshake. */
  timeoutMs: number;
  /** The client has left, or its key was revoked. */
  signal: AbortSignal;
  nowS: () => number;
}

export type Dialed =
  /** Paused, because channels begin to send at once. */
  | { kind: 'open'; webSocket: WebSocket; socket: Socket }
  /** `status`: null if no answer came. */
  | Refusal;

interface Refusal {
  kind: 'failed';
  status: number | null;
  judgement: Judgement;
  retryAfterS: number | null;
  /** No connection came about. */
  isUnreached: boolean;
}

/** How much of a refusal is read. */
const refusalBytes = 64 * 1024;

/** Opens a WebSocket to a channel. Never rejects. */
export async function dialChannel(options: DialOptions): Promise<Dialed> {
  const { signal, timeoutMs, open, keyMask } = options;
  const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const connection = await unlessAborted(open(), late);
    return await handshake(connection, options, late);
  } catch (error) {
    if (late.aborted) return failed('timeout', `no WebSocket within ${timeoutMs / 1000} s`);
    const { kind, message, isUnreached } = describeFault(error);
    return failed(kind, keyMask.inText(message), isUnreached);
  }
}

function failed(kind: ErrorKind, message: string, isUnreached = false): Dialed {
  const judgement = judgeBreak(kind, message);
  return { kind: 'failed', status: null, judgement, retryAfterS: null, isUnreached };
}

/** A connection that comes too late is closed. */
function unlessAborted(
  opening: Promise<OpenedConnection>,
  signal: AbortSignal,
): Promise<OpenedConnection> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    opening.then((connection) => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) connection.socket.destroy();
      else resolve(connection);
    }, reject);
  });
}

function handshake(
  { socket, url, headers }: OpenedConnection,
  { protocols, maxPayload, nowS, keyMask }: DialOptions,
  signal: AbortSignal,
): Promise<Dialed> {
  const address = new URL(url);
  address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(address, [...protocols], {
      createConnection: () => socket,
      headers: named(headers),
      maxPayload,
      // The types lack it.
      ...{ closeTimeout: closeTimeoutMs },
      ...{ perMessageDeflate: false, autoPong: false, allowSynchronousEvents: false },
    });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    const settle = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    webSocket.on('error', (error) => {
      settle();
      reject(error);
    });
    webSocket.once('open', () => {
      settle();
      webSocket.pause();
      resolve({ kind: 'open', webSocket, socket });
    });
    webSocket.once('unexpected-response', (_request, response) => {
      readRefusal(response, keyMask, nowS()).then((refusal) => {
        settle();
        socket.destroy();
        resolve(refusal);
      }, reject);
    });
  });
}

/** The answer of a channel that doesn't open a WebSocket, judged like any other answer. */
async function readRefusal(
  response: IncomingMessage,
  keyMask: KeyMask,
  nowS: number,
): Promise<Dialed> {
  const { statusCode: status = 0, headers } = response;
  const retryAfterS = retryAfterOf(headers, nowS);
  if (status < 400) {
    const judgement = judgeBreak('upstream', `HTTP ${status} in place of a WebSocket`);
    return { kind: 'failed', status, judgement, retryAfterS, isUnreached: false };
  }
  const reader = createAnswerReader({ route: 'realtime', status });
  const read = (bytes: Buffer | null) => bytes && reader.take(bytes);
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > refusalBytes) break;
    read(keyMask.pass(chunk));
  }
  // If the refusal goes on, this may be a part of the key.
  if (length <= refusalBytes) read(keyMask.rest());
  const judgement = judgeAnswer({ status, reading: reader.end(), by: 'traffic' });
  return { kind: 'failed', status, judgement, retryAfterS, isUnreached: false };
}

/** Headers that come more than once are lists. */
function named(pairs: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const [name = '', value = ''] = pairs.slice(at, at + 2);
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
