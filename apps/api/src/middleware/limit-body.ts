import { AppError } from '@api-monitor/core';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../router.ts';

/**
 * Refuses longer bodies with a 413: at once if their length is declared, otherwise while the route reads
 * them. It reads nothing itself, so that the route can check its caller before the body has arrived.
 */
export function limitBody(bytes: number): MiddlewareHandler<ApiEnv> {
  const text = bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`;
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
    // Replaces the route's answer to the body that was cut off.
    if (left < 0) throw tooLarge();
  };
}
