import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from './caller.ts';

/** The tokens that are in force now; the settings replace them while the api runs. */
export interface Tokens {
  apiToken: string;
  visitorToken: string;
  /** Whether a caller without any token is a visitor. */
  isAnonymousVisitorAllowed: boolean;
}

export interface Credentials {
  /** Whether they are others than before. */
  replace(tokens: Tokens): boolean;
  /** Null where the token is nobody's. An absent token is a visitor where that is allowed. */
  callerOf(token: string | null): Caller | null;
}

/** Compares by digest, so that neither length nor content of a token shows in the time it takes. */
export function createCredentials(initial: Tokens): Credentials {
  let api = digest(initial.apiToken);
  let visitor = digest(initial.visitorToken);
  let isAnonymousVisitorAllowed = initial.isAnonymousVisitorAllowed;
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
      const given = digest(token);
      const [isAdmin, isVisitor] = [timingSafeEqual(given, api), timingSafeEqual(given, visitor)];
      if (isAdmin) return 'admin';
      return isVisitor ? 'visitor' : null;
    },
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
