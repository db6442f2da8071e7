import { AppError } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../router.ts';
import { assertPassword, takeLoginTurn } from './assert-password.ts';
import { sessionOf } from './authenticate.ts';

/** The login of a session this young gave the password: a script that logs in for a change needs no more. */
const freshForMin = 15;

export const currentPasswordSchema = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .openapi({
    description: `the password in force; may be left out within ${freshForMin} minutes of the login`,
  });

/**
 * Whoever comes upon a browser with a session must not lock its owner out: what could needs the current
 * password, or a fresh login. Throws AppError `forbidden` without either, and as `takeLoginTurn` and `assertPassword`.
 */
export async function assertCurrentPassword(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) {
    if (sessionOf(c).created_at > deps.now() - freshForMin * 60) return;
    const message = `current_password is needed too: this session was begun over ${freshForMin} minutes ago`;
    throw new AppError('forbidden', message, { reason: 'current_password_required' });
  }
  const { actor } = c.var;
  const attempt = { password, refusal: 'password.refused' } as const;
  await takeLoginTurn(deps, actor, () => assertPassword(deps, actor, attempt));
}
