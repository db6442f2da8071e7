import { z } from '@hono/zod-openapi';

export const errorSchema = z
  .object({ detail: z.string().openapi({ description: 'a sentence; bad input is named' }) })
  .openapi('Error');
