import type { IncomingMessage } from 'node:http';

/** Whoever needs the bytes no more empties it: a stream may go on for long after its request. */
export interface WholeBody {
  kind: 'whole';
  body: Buffer;
}

export type RequestBody = WholeBody | { kind: 'too_large' } | { kind: 'left' };

/** Reads a body up to the limit. Never rejects; a client that leaves midway is `left`. */
export function readRequestBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<RequestBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    return Promise.resolve({ kind: 'too_large' });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else resolve({ kind: 'too_large' });
    });
    request.on('end', () => {
      const [only] = chunks;
      const body = chunks.length === 1 && only ? only : Buffer.concat(chunks);
      // The listeners live as long as the request, which is until its answer has ended.
      chunks.length = 0;
      resolve({ kind: 'whole', body });
    });
    request.on('close', () => resolve({ kind: 'left' }));
    request.on('error', () => resolve({ kind: 'left' }));
  });
}
