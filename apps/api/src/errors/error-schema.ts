import { z } from '@hono/zod-openapi';

export const errorSchema = z
  .object({
    detail: z.string().openapi({ description: 'a sentence; bad input is named' }),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'a word for programs, where a status alone says too little' }),
  })
  .openapi('Error');
