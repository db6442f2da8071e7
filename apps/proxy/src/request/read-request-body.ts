import type { IncomingMessage } from 'node:http';
import type { BodyBudget } from './body-budget.ts';
import { GrowingBody } from './growing-body.ts';
import type { Parcel } from './parcel.ts';

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
  const declared = request.headers['content-length'];
  const declaredBytes = declared === undefined ? null : Number(declared);
  if (declaredBytes !== null && declaredBytes > limitBytes) {
    return Promise.resolve({ kind: 'too_large' });
  }
  return new Promise((resolve) => {
    const body = new GrowingBody(budget, limitBytes, declaredBytes);
    let isOver = false;
    const fail = (kind: 'too_large' | 'no_room' | 'left') => {
      if (isOver) return;
      isOver = true;
      body.drop();
      resolve({ kind });
    };
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (body.length + chunk.length > limitBytes) fail('too_large');
      else if (!body.add(chunk)) fail('no_room');
    });
    request.on('end', () => {
      if (isOver) return;
      isOver = true;
      resolve({ kind: 'whole', parcel: body.toParcel() });
    });
    request.on('close', () => fail('left'));
    request.on('error', () => fail('left'));
  });
}
