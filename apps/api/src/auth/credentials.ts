import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from './caller.ts';

/** The current tokens; the settings replace them while the api runs. */
export interface Tokens {
  apiToken: string;
  visitorToken: string;
  /** Whether a caller without any token is a visitor. */
  isAnonymousVisitorAllowed: boolean;
}

export interface Credentials {
  /** Returns whether anything changed. */
  replace(tokens: Tokens): boolean;
  /** null: the token is unknown. A missing token makes a visitor if that is allowed. */
  callerOf(token: string | null): Caller | null;
  /** The same by a token's SHA-256. */
  callerOfDigest(digest: Buffer): Caller | null;
}

/** Compares digests, so that the time taken reveals neither the length nor the content of a token. */
export function createCredentials(initial: Tokens): Credentials {
  let api = digest(initial.apiToken);
  let visitor = digest(initial.visitorToken);
  let isAnonymousVisitorAllowed = initial.isAnonymousVisitorAllowed;
  const callerOfDigest = (given: Buffer): Caller | null => {
    if (given.length !== api.length) return null;
    const [isAdmin, isVisitor] = [timingSafeEqual(given, api), timingSafeEqual(given, visitor)];
    if (isAdmin) return 'admin';
    return isVisitor ? 'visitor' : null;
  };
  return {
    replace(tokens) {
      const [newApi, newVisitor] = [digest(tokens.apiToken), digest(tokens.visitorToken)];
      const isSame =
        newApi.equals(api) &&
        newVisitor.equals(visitor) &&
        tokens.isAnonymousVisitorAllowed === isAnonymousVisitorAllowed;
      [api, visitor] = [newApi, newVisitor];
      isAnonymousVisitorAllowed = tokens.isAnonymousVisitorAllowed;
      return !isSame;
    },
    callerOf(token) {
      if (token === null) return isAnonymousVisitorAllowed ? 'visitor' : null;
      return callerOfDigest(digest(token));
    },
    callerOfDigest,
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
