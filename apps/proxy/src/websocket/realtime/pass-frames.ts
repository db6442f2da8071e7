import type { WebSocket } from 'ws';
import type { BodyBudget } from '../../request/body/read-request-body.ts';
import { closeCodes } from '../open-sockets.ts';

type FrameKind = 'text' | 'binary' | 'control';

interface PassOptions {
  from: WebSocket;
  to: WebSocket;
  /** What waits for the slower side counts as bodies in memory. */
  budget: BodyBudget;
  /** Called if they leave no room for a message. */
  onNoRoom: () => void;
  /** Called with each frame; returns what is sent. */
  onData: (data: Buffer, kind: FrameKind) => Buffer;
  /** Called with the length of each message, after it was passed on. Pings and pongs are none. */
  onMessage: (bytes: number) => void;
  /** What the closing side's reason may say to the other. */
  reasonOf: (reason: string) => string;
}

/** What may wait for the slower side before the faster one is paused. */
const highWaterBytes = 1024 * 1024;
/** Empty frames have hardly any bytes, but each takes memory. */
const highWaterFrames = 1_000;
/** RFC 6455, 5.5: a control frame has 125 bytes, two of which are the code. */
const longestReason = 123;

/** Passes frames in one direction, no faster than they are read, and then how the connection was closed. */
export function passFrames(options: PassOptions): void {
  const { from, to, budget, onNoRoom, onData, onMessage, reasonOf } = options;
  let waiting = 0;
  const onSent = () => {
    waiting -= 1;
    const isLow = to.bufferedAmount <= highWaterBytes / 2 && waiting <= highWaterFrames / 2;
    if (from.isPaused && isLow) from.resume();
  };
  const pass = (send: (onSent: () => void) => void) => {
    if (to.readyState !== to.OPEN) return;
    waiting += 1;
    send(onSent);
    const isHigh = to.bufferedAmount > highWaterBytes || waiting > highWaterFrames;
    if (isHigh && !from.isPaused) from.pause();
  };
  from.on('message', (data: Buffer, isBinary) => {
    const bytes = data.length;
    if (to.readyState === to.OPEN && !budget.take(bytes)) {
      onNoRoom();
      return;
    }
    pass((done) =>
      to.send(onData(data, isBinary ? 'binary' : 'text'), { binary: isBinary }, () => {
        budget.give(bytes);
        done();
      }),
    );
    onMessage(bytes);
  });
  from.on('ping', (data) => pass((done) => to.ping(onData(data, 'control'), undefined, done)));
  from.on('pong', (data) => pass((done) => to.pong(onData(data, 'control'), undefined, done)));
  // A frame that isn't valid closes the connection with its code.
  from.on('error', (error) => {
    if ('code' in error && error.code === tooBig) to.close(closeCodes.tooBig);
  });
  from.on('close', (code, reason) => closeLike(to, code, reasonOf(reason.toString())));
  // Nothing more is read from a side that is paused, not even that it has left.
  to.on('close', () => from.resume());
}

/** Source: the documentation of `ws`. */
const tooBig = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
const noCode = 1005;
const broken = 1006;

function closeLike(to: WebSocket, code: number, reason: string): void {
  if (code === noCode) to.close();
  else if (isSendable(code)) to.close(code, shortened(reason));
  else to.close(closeCodes.internal, code === broken ? 'the other side broke off' : '');
}

/** Codes that a close frame may have (RFC 6455, 7.4). */
function isSendable(code: number): boolean {
  const isReserved = code === 1004 || code === noCode || code === broken;
  return (code >= 1000 && code <= 1014 && !isReserved) || (code >= 3000 && code <= 4999);
}

function shortened(reason: string): string {
  let short = reason;
  while (Buffer.byteLength(short) > longestReason) short = short.slice(0, -1);
  return short;
}
