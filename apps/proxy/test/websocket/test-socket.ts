import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { clientKey } from '../open-test-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into any event, right or wrong
type Event = any;

interface Given extends Omit<ClientOptions, 'key'> {
  /** Sent as a bearer; null sends none. */
  key?: string | null;
  protocols?: string[];
}

export interface Closed {
  code: number;
  reason: string;
}

/** Opens a WebSocket to the gateway, with everything that comes over it; rejects if it is refused. */
export async function openSocket(origin: string, path: string, given: Given = {}) {
  const { key = clientKey, protocols = [], headers, ...options } = given;
  const credential = key === null ? {} : { authorization: `Bearer ${key}` };
  const socket = new WebSocket(origin.replace(/^http/, 'ws') + path, protocols, {
    ...options,
    headers: { ...credential, ...headers },
  });
  const texts: string[] = [];
  socket.on('message', (data, isBinary) => {
    if (!isBinary) texts.push(data.toString());
  });
  const closed = new Promise<Closed>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  onTestFinished(() => socket.terminate());
  const upgrade = await opened(socket);
  const send = (frame: object | string) =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  const events = (): Event[] => texts.map((text) => JSON.parse(text));
  return {
    socket,
    upgrade,
    texts,
    events,
    closed,
    send,
    /** Sends a frame and returns the events up to its end. */
    async ask(frame: object | string): Promise<Event[]> {
      const before = texts.length;
      send(frame);
      for (;;) {
        const since = events().slice(before);
        if (since.some(({ type }) => ends.test(type))) return since;
        await Promise.race([
          new Promise((resolve) => socket.once('message', resolve)),
          failed(socket),
        ]);
      }
    },
  };
}

const ends = /^(?:response\.(?:completed|incomplete|failed|steer\.failed)|error)$/;

function failed(socket: WebSocket): Promise<never> {
  return new Promise((_resolve, reject) => {
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
}

function opened(socket: WebSocket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage;
    socket.on('upgrade', (response) => {
      answer = response;
    });
    socket.once('open', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** A refused upgrade's answer. */
export function refusedSocket(origin: string, path: string, given: Given = {}) {
  const { key = clientKey, protocols = [], headers, ...options } = given;
  const credential = key === null ? {} : { authorization: `Bearer ${key}` };
  const socket = new WebSocket(origin.replace(/^http/, 'ws') + path, protocols, {
    ...options,
    headers: { ...credential, ...headers },
  });
  return new Promise<{ status: number; headers: IncomingMessage['headers']; json: Event }>(
    (resolve, reject) => {
      socket.on('open', () => {
        socket.terminate();
        reject(new Error('it was opened'));
      });
      socket.on('error', reject);
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (bytes) => {
          text += bytes;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            json: JSON.parse(text),
          }),
        );
      });
    },
  );
}
