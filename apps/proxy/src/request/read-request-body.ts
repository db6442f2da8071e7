import type { IncomingMessage } from 'node:http';
import type { BodyBudget } from './body-budget.ts';
import { Parcel } from './parcel.ts';

export type RequestBody =
  /** Whoever gets it lets the parcel go. */
  | { kind: 'whole'; parcel: Parcel }
  | { kind: 'too_large' }
  /** All bodies together have no room for it. */
  | { kind: 'no_room' }
  | { kind: 'left' };

interface Limits {
  limitBytes: number;
  budget: BodyBudget;
}

/** Reads a body up to the limit. Never rejects; a client that leaves midway is `left`. */
export function readRequestBody(
  request: IncomingMessage,
  { limitBytes, budget }: Limits,
): Promise<RequestBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    return Promise.resolve({ kind: 'too_large' });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const end = (outcome: RequestBody) => {
      if (isOver) return;
      isOver = true;
      // The listeners live as long as the request, which is until its answer has ended.
      chunks.length = 0;
      if (outcome.kind !== 'whole') budget.give(size);
      resolve(outcome);
    };
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (size + chunk.length > limitBytes) end({ kind: 'too_large' });
      else if (!budget.take(chunk.length)) end({ kind: 'no_room' });
      else {
        size += chunk.length;
        chunks.push(chunk);
      }
    });
    request.on('end', () => {
      if (isOver) return;
      const [only] = chunks;
      const body = chunks.length === 1 && only ? only : Buffer.concat(chunks);
      end({ kind: 'whole', parcel: new Parcel(body, budget) });
    });
    request.on('close', () => end({ kind: 'left' }));
    request.on('error', () => end({ kind: 'left' }));
  });
}
