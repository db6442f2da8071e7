import { connect, type Socket } from 'node:net';

export interface StreamRequest {
  url: string;
  key: string;
  body: string;
}

export interface StreamListener {
  onFirstByte: (ms: number) => void;
  onChunk: (lateMs: number) => void;
}

export interface StreamClients {
  /** Rejects with the first stream that is refused or cut, and never resolves. */
  failed: Promise<never>;
  close(): void;
}

const stampPattern = /"stamp":"(\d{16})"/g;
/** Longer than a stamp: what one piece may hold of a stamp that the next completes. */
const overlap = 40;
const lastChunk = '0\r\n\r\n';

/** Opens clients that ask for stream after stream; bare sockets, for they must not be what is slow. */
export function openStreams(
  request: StreamRequest,
  count: number,
  rampMs: number,
  listener: StreamListener,
): StreamClients {
  const sockets: Socket[] = [];
  const timers: NodeJS.Timeout[] = [];
  const failed = new Promise<never>((_, reject) => {
    for (let index = 0; index < count; index += 1) {
      const begin = () => sockets.push(openStream(request, listener, reject));
      timers.push(setTimeout(begin, Math.random() * rampMs));
    }
  });
  return {
    failed,
    close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.removeAllListeners('close').destroy();
    },
  };
}

function openStream(
  request: StreamRequest,
  { onFirstByte, onChunk }: StreamListener,
  onFault: (fault: Error) => void,
): Socket {
  const { hostname, port } = new URL(request.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const bytes = bytesOf(request);
  let askedAtUs = 0;
  let carried = '';
  const ask = () => {
    carried = '';
    askedAtUs = nowUs();
    socket.write(bytes);
  };
  socket.setEncoding('latin1');
  socket.on('connect', ask);
  socket.on('data', (text) => {
    const atUs = nowUs();
    if (askedAtUs > 0) {
      if (!String(text).startsWith('HTTP/1.1 200')) onFault(new Error(`refused: ${text}`));
      onFirstByte((atUs - askedAtUs) / 1000);
      askedAtUs = 0;
    }
    carried = readStamps(carried + text, (stampUs) => onChunk((atUs - stampUs) / 1000));
    if (carried.endsWith(lastChunk)) ask();
  });
  socket.on('error', onFault);
  socket.on('close', () => onFault(new Error(`${request.url} closed a stream`)));
  return socket;
}

/** Hands over each stamp; returns what is to stand before the next piece. */
function readStamps(text: string, onStamp: (stampUs: number) => void): string {
  let end = 0;
  for (const match of text.matchAll(stampPattern)) {
    onStamp(Number(match[1]));
    end = match.index + match[0].length;
  }
  return text.slice(Math.max(end, text.length - overlap));
}

function bytesOf({ url, key, body }: StreamRequest): Buffer {
  const { host, pathname } = new URL(url);
  return Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n` +
      'content-type: application/json\r\naccept: text/event-stream\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** By the clock that all processes of a machine share. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
