import type { BlockList } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isSecure } from '../auth/forwarded.ts';
import type { ApiEnv } from '../router.ts';

/** Headers of every answer: no inline scripts, nothing from other origins, no framing. */
export const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  // `requireTlsNextTime` sets it, because it means nothing over plain HTTP.
  strictTransportSecurity: false,
});

/** Lets other sites show badges. Goes before `pageHeaders`, whose value it replaces. */
export const badgeHeaders: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
};

const aYearS = 31_536_000;

/** Tells browsers that came over TLS to use nothing else from now on (RFC 6797). */
export function requireTlsNextTime(trusted: BlockList): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (isSecure(c, trusted)) c.header('Strict-Transport-Security', `max-age=${aYearS}`);
  };
}
