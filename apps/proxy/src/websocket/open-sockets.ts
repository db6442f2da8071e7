import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayError } from '../dialects/gateway-error.ts';

/** An open WebSocket, or one that is being opened. */
export interface OpenSocket {
  keyHash: string;
  /** Ends it at once, whatever runs on it. */
  end(code: number, reason: string): void;
  /** Ends it as soon as nothing runs on it. */
  endSoon(code: number, reason: string): void;
  /** Called twice a second. */
  tick(nowMs: number): void;
}

/** Whether the gateway opens WebSockets, and how many at the same time. */
export interface WebSocketOptions {
  isOn: boolean;
  limit: number;
  limitPerKey: number;
}

interface Options extends WebSocketOptions {
  /** Whether the key is known and neither paused nor expired. */
  isUsable: (keyHash: string) => boolean;
}

/** Longer than a peer may take to answer a close. */
const closeLimitMs = 3_000;
const closeStepMs = 20;

/** Half of the second within which a revoked key has to be dead. */
const tickMs = 500;

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  policy: 1008,
  tooBig: 1009,
  internal: 1011,
  /** IANA's registry: "Service Restart". */
  restart: 1012,
  tryLater: 1013,
} as const;

/** All WebSockets of this gateway: how many there may be, and when they have to end. */
export function createOpenSockets({ limit, limitPerKey, isUsable }: Options) {
  const sockets = new Set<OpenSocket>();
  const countByKey = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let isDraining = false;

  const tick = () => {
    const nowMs = performance.now();
    for (const socket of sockets) {
      if (isUsable(socket.keyHash)) socket.tick(nowMs);
      else socket.end(closeCodes.policy, 'the key was revoked, is paused or has expired');
    }
  };
  const count = (keyHash: string, by: number) => {
    const next = (countByKey.get(keyHash) ?? 0) + by;
    if (next > 0) countByKey.set(keyHash, next);
    else countByKey.delete(keyHash);
  };

  return {
    /** Why no more may be opened; null if it may. */
    refusalOf(keyHash: string): GatewayError | null {
      if (isDraining) return busy('the gateway is shutting down');
      if (sockets.size >= limit) return busy('the gateway has too many open WebSockets');
      if ((countByKey.get(keyHash) ?? 0) < limitPerKey) return null;
      const message = `this key has ${limitPerKey} open WebSockets, which is its limit; close one first`;
      return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS: 1 };
    },
    /** Returns the function that takes it out again. */
    add(socket: OpenSocket): () => void {
      sockets.add(socket);
      count(socket.keyHash, 1);
      timer ??= setInterval(tick, tickMs).unref();
      if (isDraining) socket.endSoon(closeCodes.restart, 'the gateway is restarting');
      return () => {
        if (!sockets.delete(socket)) return;
        count(socket.keyHash, -1);
        if (sockets.size > 0 || !timer) return;
        clearInterval(timer);
        timer = null;
      };
    },
    size: () => sockets.size,
    drain(): void {
      isDraining = true;
      for (const socket of sockets) socket.endSoon(closeCodes.restart, 'the gateway is restarting');
    },
    /** Ends all of them, and waits for their last records. */
    async close(): Promise<void> {
      isDraining = true;
      for (const socket of sockets) socket.end(closeCodes.goingAway, 'the gateway is closing');
      const deadlineMs = performance.now() + closeLimitMs;
      while (sockets.size > 0 && performance.now() < deadlineMs) await pause(closeStepMs);
    },
  };
}

function busy(message: string): GatewayError {
  return { status: 503, code: 'overloaded', message, retryAfterS: 1 };
}
