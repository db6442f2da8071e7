import type { BlockList } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isSecure } from '../auth/forwarded.ts';
import type { ApiEnv } from '../router.ts';

/** Headers of every answer: nothing inline runs, nothing foreign loads, nobody frames the pages. */
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
  // Over plain HTTP it means nothing: see below.
  strictTransportSecurity: false,
});

/** A badge is there to be shown on other people's pages. Goes before `pageHeaders`, which sets less. */
export const badgeHeaders: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
};

const aYearS = 31_536_000;

/** Tells browsers that came over TLS to come back no other way (RFC 6797). */
export function requireTlsNextTime(trusted: BlockList): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (isSecure(c, trusted)) c.header('Strict-Transport-Security', `max-age=${aYearS}`);
  };
}
