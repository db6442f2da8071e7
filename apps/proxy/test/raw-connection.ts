import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare TCP connection, to send what no HTTP client sends; closed when the test ends. */
export async function rawConnection(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  let hasEnded = false;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    hasEnded = true;
  });
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    send: (text: string | Buffer) => socket.write(text),
    received: () => received,
    hasEnded: () => hasEnded,
    /** Waits until this has come; throws with what came if the connection ends first. */
    async until(wanted: string | RegExp): Promise<string> {
      const isThere = () =>
        typeof wanted === 'string' ? received.includes(wanted) : wanted.test(received);
      while (!isThere()) {
        if (hasEnded) throw new Error(`ended without ${wanted}: ${received}`);
        await nextOf(socket, ['data', 'close']);
      }
      return received;
    },
    /** Waits for the end and returns all that came. */
    async all(): Promise<string> {
      if (!hasEnded) await nextOf(socket, ['close']);
      return received;
    },
  };
}

/** Unlike `once` of node:events, it doesn't reject on an error: what has come still counts. */
function nextOf(socket: Socket, events: string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const event of events) socket.once(event, () => resolve());
  });
}

/** A POST of a JSON body as text on the wire. */
export function rawPost(path: string, key: string, body: object, more = ''): string {
  const text = JSON.stringify(body);
  return (
    `POST ${path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${key}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n${more}\r\n${text}`
  );
}
