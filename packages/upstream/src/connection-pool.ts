import type { Socket } from 'node:net';
import { AnswerFault } from './answer-fault.ts';
import { ChannelConnection, type ConnectionOwner } from './channel-connection.ts';

/** Keeps one channel's connections for its next requests. */
export interface ConnectionPool {
  /** It keeps nothing any more; another one has taken its place. */
  readonly isClosed: boolean;
  /** Gives a kept connection, or a new one; the same call gets it where one is there already. */
  take(whether: { isFresh: boolean }, onReady: OnReady): void;
  /** Gives back one that was taken and not used. */
  giveBack(connection: ChannelConnection): void;
  /** Ends the kept ones that have waited long enough. */
  sweep(): void;
  /** Ends the kept ones; those at work end with their answers. */
  close(): void;
  /** Ends all of them at once. */
  destroy(): void;
}

/** Null comes with the reason. */
export type OnReady = (connection: ChannelConnection | null, error: Error | null) => void;

/** Counts the connections of all pools. */
export interface ConnectionCount {
  open: number;
}

interface Options {
  connect: (onSocket: (error: Error | null, socket: Socket | null) => void) => void;
  /** Tells which connection the bytes that a socket reads belong to. */
  bind: (socket: Socket, connection: ChannelConnection) => void;
  count: ConnectionCount;
  nowMs: () => number;
}

/** Streams hold their connections, so that a pool has no bound of its own; all of them have this one. */
const connectionLimit = 10_000;
/** How long a server that says nothing of it is trusted to keep an idle connection. */
const idleMs = 15_000;
const longestIdleMs = 120_000;
/** Given up before the server does it. */
const marginMs = 1_000;

export function createConnectionPool({ connect, bind, count, nowMs }: Options): ConnectionPool {
  const all = new Set<ChannelConnection>();
  const kept: ChannelConnection[] = [];
  let isClosed = false;

  const keep = (connection: ChannelConnection) => {
    if (isClosed || !connection.isOpen) {
      connection.destroy();
      return;
    }
    connection.idleUntilMs = nowMs() + idleMsOf(connection);
    kept.push(connection);
  };
  const owner: ConnectionOwner = {
    onFree: keep,
    onClosed(connection) {
      count.open -= 1;
      all.delete(connection);
      if (connection.idleUntilMs > 0) kept.splice(kept.indexOf(connection), 1);
    },
  };
  const open = (onReady: OnReady) => {
    if (count.open >= connectionLimit) {
      onReady(null, new AnswerFault('TOO_MANY_CONNECTIONS'));
      return;
    }
    count.open += 1;
    connect((error, socket) => {
      if (!socket) {
        count.open -= 1;
        onReady(null, error ?? new AnswerFault('ANSWER_CUT'));
        return;
      }
      const connection = new ChannelConnection(socket, owner);
      all.add(connection);
      bind(socket, connection);
      onReady(connection, null);
    });
  };

  const endKept = (untilMs: number) => {
    const old = kept.filter(({ idleUntilMs }) => idleUntilMs <= untilMs);
    const young = kept.filter(({ idleUntilMs }) => idleUntilMs > untilMs);
    kept.splice(0, kept.length, ...young);
    for (const connection of old) {
      connection.idleUntilMs = 0;
      connection.destroy();
    }
  };

  return {
    get isClosed() {
      return isClosed;
    },
    take({ isFresh }, onReady) {
      // The last one used is the likeliest to be open, and the others may grow old.
      while (!isFresh && kept.length > 0) {
        const connection = kept.pop();
        if (!connection) break;
        connection.idleUntilMs = 0;
        if (!connection.isOpen) continue;
        onReady(connection, null);
        return;
      }
      open(onReady);
    },
    giveBack: keep,
    sweep: () => endKept(nowMs()),
    close() {
      isClosed = true;
      endKept(Number.POSITIVE_INFINITY);
    },
    destroy() {
      isClosed = true;
      for (const connection of [...all]) connection.destroy();
    },
  };
}

function idleMsOf({ keepAliveS }: ChannelConnection): number {
  if (keepAliveS === null) return idleMs;
  return Math.min(longestIdleMs, Math.max(0, keepAliveS * 1000 - marginMs));
}
