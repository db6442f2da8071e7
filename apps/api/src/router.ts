import type { AdminSession } from '@api-monitor/core';
import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Audit } from './audit/record-action.ts';
import type { Actor, Caller } from './auth/caller.ts';
import { invalidInput } from './errors/invalid-input.ts';

export interface ApiEnv {
  Bindings: HttpBindings & {
    /** The caller's address, if the socket isn't the caller's own. */
    peerAddress?: string | undefined;
    /** Tells the server that the caller is known, so that its body may take longer. */
    recognise?: () => void;
  };
  Variables: { caller: Caller; actor: Actor; audit: Audit; session: AdminSession | null };
}

/** A router whose validation throws, so that error shapes stay out of the success types. */
export function createRouter(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      // The validator passes on what was sent, though the type doesn't say so.
      if (!result.success) throw invalidInput(result.error, 'data' in result ? result.data : null);
    },
  });
}
