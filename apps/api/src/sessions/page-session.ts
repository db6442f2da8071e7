import { createHash } from 'node:crypto';
import { AppError } from '@api-monitor/core';
import { type Database, readInstanceId } from '@api-monitor/db';
import { rootPath } from '@api-monitor/runtime';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { Credentials } from '../auth/credentials.ts';
import { type CookiePlace, cookieForm } from '../auth/forwarded.ts';
import type { ApiEnv } from '../router.ts';

interface PageSessionDeps extends CookiePlace {
  db: Database;
  /** Unix seconds. */
  now: () => number;
  credentials: Credentials;
}

const purpose = 'page_session';
/** Browsers keep no cookie for longer. */
const rememberedS = 400 * 24 * 60 * 60;
/** The cookie itself ends with the browser. */
const unrememberedS = 30 * 24 * 60 * 60;

const contentSchema = z.object({ digest: z.string(), until: z.number() });

/**
 * The logins of pages by a token, whose digest is sealed in a cookie: the page sends no `Authorization`,
 * which a proxy's own password check may need. Nothing is stored, so a login holds at every replica, and
 * ends when its token is replaced.
 */
export interface PageSessions {
  open(c: Context<ApiEnv>, token: string, isRemembered: boolean): void;
  close(c: Context<ApiEnv>): void;
  /** Who the cookie's token makes the caller; null without a valid cookie. */
  callerOf(c: Context<ApiEnv>): Caller | null;
}

export async function createPageSessions(deps: PageSessionDeps): Promise<PageSessions> {
  const { secretBox } = deps.db;
  // Cookies are shared among the ports of a host, where another monitor may run.
  const name = `api_monitor_page_${await readInstanceId(deps.db, deps.now())}`;
  const read = (text: string) => {
    try {
      const opened = secretBox.open(Buffer.from(text, 'base64url').toString(), purpose);
      return contentSchema.safeParse(JSON.parse(opened)).data ?? null;
    } catch (error) {
      if (error instanceof AppError || error instanceof SyntaxError) return null;
      throw error;
    }
  };
  return {
    open(c, token, isRemembered) {
      const lifetimeS = isRemembered ? rememberedS : unrememberedS;
      const digest = createHash('sha256').update(token).digest('base64url');
      const content = JSON.stringify({ digest, until: deps.now() + lifetimeS });
      const value = Buffer.from(secretBox.seal(content, purpose)).toString('base64url');
      const maxAge = isRemembered ? { maxAge: lifetimeS } : {};
      setCookie(c, name, value, { ...cookieForm(c, deps), ...maxAge });
    },
    close(c) {
      // A login from before there was a base path holds at the root.
      for (const path of new Set([deps.basePath, rootPath])) {
        deleteCookie(c, name, { ...cookieForm(c, deps), path });
      }
    },
    callerOf(c) {
      const cookie = getCookie(c, name);
      const content = cookie ? read(cookie) : null;
      if (!content || content.until < deps.now()) return null;
      return deps.credentials.callerOfDigest(Buffer.from(content.digest, 'base64url'));
    },
  };
}
