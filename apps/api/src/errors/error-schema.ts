import { fieldErrorCodes } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const fieldErrorsSchema = z
  .record(z.string(), z.object({ code: z.enum(fieldErrorCodes), bound: z.number().optional() }))
  .openapi({
    description:
      'what is wrong with each bad field, by its path (items.3.slug): a code, and the bound that was crossed',
  });

export const errorSchema = z
  .object({
    detail: z.string().openapi({ description: 'a sentence that says what is wrong' }),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'a word for programs, if the status alone says too little' }),
    fields: fieldErrorsSchema.optional(),
  })
  .openapi('Error');
