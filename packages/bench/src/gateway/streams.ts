import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What clients of streams measured after the ramp. */
export interface StreamSamples {
  /** From a request's last byte to the answer's first. */
  firstByteMs: number[];
  /** From a chunk's sending to its arrival. */
  lateMs: number[];
}

interface StreamRequest {
  url: string;
  key: string;
  body: string;
}

interface StreamOptions extends StreamRequest {
  streams: number;
  seconds: number;
  /** The streams begin at random times within it, and nothing is measured during it. */
  rampMs: number;
}

/**
 * Keeps this many streams open: when one ends, the next begins on its connection. Closes all when the time
 * is up. Rejects if one is refused or cut off.
 */
export async function runStreams(options: StreamOptions): Promise<StreamSamples> {
  const { streams, seconds, rampMs } = options;
  const samples: StreamSamples = { firstByteMs: [], lateMs: [] };
  const sockets: Socket[] = [];
  const timers: NodeJS.Timeout[] = [];
  let isCounting = false;
  const listener: StreamListener = {
    onFirstByte: (ms) => isCounting && samples.firstByteMs.push(ms),
    onChunk: (ms) => isCounting && samples.lateMs.push(ms),
  };
  const failed = new Promise<never>((_, reject) => {
    for (let index = 0; index < streams; index += 1) {
      const begin = () => sockets.push(openStream(options, listener, reject));
      timers.push(setTimeout(begin, Math.random() * rampMs));
    }
  });
  try {
    await Promise.race([pause(rampMs), failed]);
    isCounting = true;
    await Promise.race([pause(seconds * 1000), failed]);
    return samples;
  } finally {
    isCounting = false;
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
}

interface StreamListener {
  onFirstByte: (ms: number) => void;
  onChunk: (lateMs: number) => void;
}

const stampPattern = /"stamp":"(\d{16})"/g;
/** How much text is kept, because the next piece may complete a stamp; longer than a stamp. */
const overlap = 40;
const lastChunk = '0\r\n\r\n';
/** The end of an answer with a length: what has come completely before it is passed on isn't chunked. */
const lastEvent = 'data: [DONE]\n\n';

/** Requests stream after stream on a bare socket, so that the client isn't the bottleneck. */
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
  let end = lastChunk;
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
      end = /\r\ncontent-length:/i.test(String(text)) ? lastEvent : lastChunk;
      onFirstByte((atUs - askedAtUs) / 1000);
      askedAtUs = 0;
    }
    carried = readStamps(carried + text, (stampUs) => onChunk((atUs - stampUs) / 1000));
    if (carried.endsWith(end)) ask();
  });
  socket.on('error', onFault);
  socket.on('close', () => onFault(new Error(`${request.url} closed a stream`)));
  return socket;
}

/** Calls back with each stamp; returns the rest, to be put before the next piece. */
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
