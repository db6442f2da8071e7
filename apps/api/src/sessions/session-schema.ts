import { z } from '@hono/zod-openapi';

const unixSeconds = z.number().openapi({ description: 'Unix seconds' });

export const sessionSchema = z
  .object({
    id: z.int(),
    created_at: unixSeconds,
    last_seen_at: unixSeconds.openapi({ description: 'to the minute, Unix seconds' }),
    expires_at: unixSeconds,
    address: z.string().openapi({ description: 'from where it was begun' }),
    user_agent: z.string(),
  })
  .openapi('AdminSession');
