import { secureHeaders } from 'hono/secure-headers';

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
  // Belongs to whoever ends TLS; over plain HTTP browsers ignore it.
  strictTransportSecurity: false,
});
