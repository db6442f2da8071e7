import { pipeline, Readable } from 'node:stream';
import type { AnsweredExchange, AnswerProgress } from '@api-monitor/core';
import { AnswerFault } from './answer-fault.ts';
import { codingsOf, createDecoder } from './decoders.ts';
import { createHangUp, type HangUp } from './hang-up.ts';

const bodyLimitBytes = 4 * 1024 * 1024;

interface ReadBody {
  body: string;
  cut: AnsweredExchange['cut'];
  /** It was complete, and its sender kept the connection open: the wait for more is no part of it. */
  wasHeldOpen: boolean;
}

/**
 * Reads a body to its end or to the limit, decompressed and decoded as UTF-8; `onText` gets each
 * piece as it comes and tells how far the answer has come: one that has said its last word is whole,
 * whatever the connection does. Rejects with the connection's own error where it breaks.
 */
export async function readBody(
  raw: Readable,
  contentEncoding: string | undefined,
  onText: (text: string) => AnswerProgress,
): Promise<ReadBody> {
  const faults: { connection?: Error } = {};
  raw.once('error', (error) => {
    faults.connection = error;
  });
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  const hangUp = createHangUp(raw);
  const take = (text: string) => {
    if (text === '' || hangUp.progress() === 'over') return;
    pieces.push(text);
    hangUp.heard(onText(text));
  };
  let size = 0;
  let cut: ReadBody['cut'] = null;
  let wasHeldOpen = false;
  try {
    for await (const chunk of decompressed(raw, contentEncoding)) {
      const room = bodyLimitBytes - size;
      size += chunk.length;
      take(decoder.decode(chunk.subarray(0, room), { stream: true }));
      if (size > bodyLimitBytes && hangUp.progress() !== 'over') {
        cut = 'too_long';
        break;
      }
    }
  } catch (error) {
    wasHeldOpen = isHeldOpen(hangUp, raw.errored ?? error);
    if (!wasHeldOpen) {
      // What is not the connection's fault is the decompressor's.
      if (faults.connection || raw.errored) throw faults.connection ?? error;
      cut = 'undecodable';
    }
  } finally {
    hangUp.dispose();
    if (!raw.readableEnded) raw.once('error', () => {}).destroy();
  }
  take(decoder.decode());
  return { body: pieces.join(''), cut, wasHeldOpen };
}

/** The body ended because nothing more was waited for, or because all time was up after its end. */
function isHeldOpen(hangUp: HangUp, error: unknown): boolean {
  if (hangUp.hasHungUp()) return true;
  const isTimeUp = error instanceof Error && error.name === 'TimeoutError';
  return isTimeUp && hangUp.progress() !== 'under_way';
}

async function* decompressed(
  raw: Readable,
  contentEncoding: string | undefined,
): AsyncGenerator<Buffer> {
  const [first, rest] = await firstChunkOf(raw);
  if (!first) return;
  const whole = Readable.from(prepend(first, rest));
  const codings = codingsOf(contentEncoding ?? '');
  if (!codings) throw new AnswerFault('UNDECODABLE_ANSWER');
  if (codings.length === 0) {
    yield* whole;
    return;
  }
  const { input, output } = createDecoder(codings, first[0] ?? 0);
  // Errors reach the reader through `output`; without a callback they would be thrown.
  pipeline(whole, input, () => {});
  yield* output;
}

async function firstChunkOf(raw: Readable): Promise<[Buffer | null, AsyncIterable<Buffer>]> {
  const iterator: AsyncIterator<Buffer> = raw[Symbol.asyncIterator]();
  const { done, value } = await iterator.next();
  return [done ? null : value, { [Symbol.asyncIterator]: () => iterator }];
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
