import type { Socket } from 'node:net';
import type { UpstreamTarget } from '@api-monitor/core';
import { AnswerFault } from './answer-fault.ts';
import type { AnswerHandler } from './answer-handler.ts';
import type { ChannelConnection, OutgoingBody } from './channel-connection.ts';
import { type ConnectionPool, createConnectionPool } from './connection-pool.ts';
import { DecodedAnswer } from './decoded-answer.ts';
import { FollowedAnswer } from './followed-answer.ts';
import type { AddressGuard } from './guard-address.ts';
import { createGuardedConnector } from './guarded-connector.ts';
import { keepByChannel } from './keep-by-channel.ts';
import type { Lookup } from './share-lookups.ts';

/** A request of the gateway; its answer goes to a handler as it comes, decoded and behind redirects. */
export interface DispatchRequest {
  /** Beneath the channel's base URL, with a leading slash and, where wanted, a query. */
  path: string;
  /** Names and values in turn, as a request brought them; the channel's key and our `Via` are added here. */
  headers: readonly string[];
  /** The header that carries the key beside the bearer, where the wire format has one. */
  keyHeader: 'x-api-key' | 'x-goog-api-key' | null;
  body: OutgoingBody;
}

export interface ChannelDispatch {
  /** Posts it on a kept connection, or on one that nothing has used yet where `isFresh`. */
  post(
    channel: UpstreamTarget,
    request: DispatchRequest,
    handler: AnswerHandler,
    isFresh?: boolean,
  ): void;
}

export interface OwnedDispatch extends ChannelDispatch {
  forget(channelId: number): void;
  /** Ends every connection at once. */
  close(): void;
}

interface Road {
  pool: ConnectionPool;
  origin: string;
  basePath: string;
  /** What all requests to the channel say. */
  commonLines: string;
  isKeySendable: boolean;
}

const readBytes = 64 * 1024;
const sweepPeriodMs = 1_000;

/** The gateway's connections to channels, all of them reading into one buffer. */
export function createChannelDispatch(
  guard: AddressGuard,
  lookup: Lookup,
  via: string,
): OwnedDispatch {
  const count = { open: 0 };
  const connections = new WeakMap<object, ChannelConnection>();
  const onread = {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback(this: unknown, size: number, buffer: Uint8Array): boolean {
      connectionOf(connections, this)?.read(asBuffer(buffer, size));
      return true;
    },
  };
  const pools = keepByChannel(
    ({ protocol, hostname, host, port }, { verifySsl }) => {
      const { connector } = createGuardedConnector(guard, verifySsl, lookup, onread);
      return createConnectionPool({
        connect: (onSocket) =>
          connector({ protocol, hostname, host, port }, (...[error, socket]) =>
            onSocket(error, socket),
          ),
        bind: (socket: Socket, connection) => connections.set(socket, connection),
        count,
        nowMs: () => performance.now(),
      });
    },
    (pool) => pool.close(),
  );
  const sweeper = setInterval(() => {
    for (const pool of pools.all()) pool.sweep();
  }, sweepPeriodMs);
  sweeper.unref();

  const roads = new WeakMap<UpstreamTarget, Road>();
  const roadTo = (channel: UpstreamTarget): Road => {
    const known = roads.get(channel);
    if (known && !known.pool.isClosed) return known;
    const road = { pool: pools.of(channel), ...wordsFor(channel) };
    roads.set(channel, road);
    return road;
  };

  return {
    post(channel, request, handler, isFresh = false) {
      const road = roadTo(channel);
      if (!road.isKeySendable) {
        handler.onFault(new AnswerFault('UNSENDABLE_KEY'), false);
        return;
      }
      const send = (path: string, to: AnswerHandler, mustBeFresh: boolean) => {
        road.pool.take({ isFresh: mustBeFresh }, (connection, error) => {
          if (!connection) to.onFault(error ?? new AnswerFault('ANSWER_CUT'), false);
          else if (to.isOver) road.pool.giveBack(connection);
          else connection.send(headOf(road, channel, { ...request, path }, via), request.body, to);
        });
      };
      const path = road.basePath + request.path;
      const answer = new FollowedAnswer(new DecodedAnswer(handler), {
        origin: road.origin,
        path,
        sendAgain: (next, to) => send(next, to, false),
      });
      send(path, answer, isFresh);
    },
    forget: pools.forget,
    close() {
      clearInterval(sweeper);
      for (const pool of pools.all()) pool.destroy();
    },
  };
}

function wordsFor({ baseUrl, apiKey }: UpstreamTarget): Omit<Road, 'pool'> {
  const { origin, host, pathname } = new URL(baseUrl);
  return {
    origin,
    basePath: pathname.replace(/\/$/, ''),
    commonLines: `host: ${host}\r\nconnection: keep-alive\r\nauthorization: Bearer ${apiKey}\r\n`,
    // What a header's value may hold (RFC 9110, 5.5).
    isKeySendable: /^[\t\x20-\x7e\x80-\xff]*$/.test(apiKey),
  };
}

/** The request's path is the whole one here. */
function headOf(
  road: Road,
  { apiKey }: UpstreamTarget,
  request: DispatchRequest,
  via: string,
): string {
  const { path, headers, keyHeader, body } = request;
  let head = `POST ${path} HTTP/1.1\r\n${road.commonLines}`;
  if (keyHeader) head += `${keyHeader}: ${apiKey}\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  }
  let length = 0;
  for (const piece of body.pieces) length += piece.length;
  // Behind what the request brought of it: an intermediary's entry comes last (RFC 9110, 7.6.3).
  return `${head}via: ${via}\r\ncontent-length: ${length}\r\n\r\n`;
}

/** Node calls it on the socket that read (its documentation of `onread` in `socket.connect`). */
function connectionOf(connections: WeakMap<object, ChannelConnection>, socket: unknown) {
  return typeof socket === 'object' && socket !== null ? connections.get(socket) : undefined;
}

function asBuffer(bytes: Uint8Array, size: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, size);
}
