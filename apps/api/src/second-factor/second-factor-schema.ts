import { z } from '@hono/zod-openapi';

export const codeBodySchema = z
  .strictObject({ code: z.string().min(1).max(64) })
  .openapi('SecondFactorCode');

export const recoveryCodesSchema = z.object({
  ok: z.literal(true),
  recovery_codes: z
    .array(z.string())
    .openapi({ description: 'each good for one login without the authenticator; shown this once' }),
});
