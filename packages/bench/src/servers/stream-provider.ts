import { createServer, type Socket } from 'node:net';
import { chunksPerStream, streamEnd, streamEvent } from '../gateway/answers.ts';

/**
 * A minimal provider of paced streams. `/paced` sends its head at once and then 50 chunks, one every
 * 50 ms; `/brief` 3 chunks, one every 5 ms. Each chunk contains the time when it was sent, in
 * microseconds by the clock that all processes of a machine share.
 */
const paces = {
  paced: { chunks: chunksPerStream, everyMs: 50 },
  brief: { chunks: 3, everyMs: 5 },
};

const head =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
  'transfer-encoding: chunked\r\n\r\n';
const tail = `${chunkOf(streamEnd)}0\r\n\r\n`;

const server = createServer({ noDelay: true }, (socket) => {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    received += text;
    const length = lengthOfRequest(received);
    if (length === null || received.length < length) return;
    const pace = received.startsWith('POST /brief/') ? paces.brief : paces.paced;
    received = received.slice(length);
    stream(socket, pace);
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  console.log(JSON.stringify(server.address())),
);

/** Head and body; null until the head is whole. */
function lengthOfRequest(text: string): number | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const bodyLength = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0;
  return headEnd + 4 + Number(bodyLength);
}

function stream(socket: Socket, { chunks, everyMs }: { chunks: number; everyMs: number }): void {
  socket.write(head);
  const startedAtMs = performance.now();
  let sent = 0;
  const next = () => {
    if (socket.destroyed) return;
    sent += 1;
    socket.write(chunkOf(streamEvent(nowUs())) + (sent === chunks ? tail : ''));
    if (sent < chunks) rest();
  };
  // Counted from the stream's start, so that a late chunk doesn't delay the others.
  const rest = () => {
    const dueMs = startedAtMs + (sent + 1) * everyMs;
    setTimeout(next, Math.max(0, dueMs - performance.now()));
  };
  rest();
}

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function nowUs(): string {
  return String(process.hrtime.bigint() / 1000n).padStart(16, '0');
}
