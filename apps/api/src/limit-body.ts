import { AppError } from '@api-monitor/core';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './router.ts';

interface Limit {
  bytes: number;
  /** As the error says it: "1 MiB". */
  text: string;
}

/**
 * Refuses longer bodies with a 413: by their declared length at once, and others while the route
 * reads them. Nothing is read here, so that a route knows its caller before the body has come.
 */
export function limitBody({ bytes, text }: Limit): MiddlewareHandler<ApiEnv> {
  const tooLarge = () => new AppError('payload_too_large', `the body must not exceed ${text}`);
  return async (c, next) => {
    const { body, headers } = c.req.raw;
    if (Number(headers.get('content-length') ?? 0) > bytes) throw tooLarge();
    let left = bytes;
    if (body && !headers.has('content-length')) {
      const measured = body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(piece, controller) {
            left -= piece.byteLength;
            if (left < 0) controller.error(tooLarge());
            else controller.enqueue(piece);
          },
        }),
      );
      const init: RequestInit & { duplex: 'half' } = { body: measured, duplex: 'half' };
      c.req.raw = new Request(c.req.raw, init);
    }
    await next();
    // Whatever the route made of a body that broke off.
    if (left < 0) throw tooLarge();
  };
}
