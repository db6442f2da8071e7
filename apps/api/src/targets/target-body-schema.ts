import { targetFieldSchemas } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { readOnlyFields } from '../derive-schema.ts';
import { targetSchema } from './target-schema.ts';

const fields = z.object(targetFieldSchemas);
const optionalFields = fields.partial().shape;

const ignoredFields = readOnlyFields(targetSchema.shape, targetFieldSchemas);

export const createTargetSchema = z
  .strictObject({
    ...optionalFields,
    ...fields.pick({ name: true, base_url: true, api_key: true }).shape,
    ...ignoredFields,
  })
  .openapi('NewTarget');

export const patchTargetSchema = z
  .strictObject({
    ...optionalFields,
    // The masked form comes back in a PATCH too: it has a character that no key may have.
    api_key: z
      .union([fields.shape.api_key, z.string().max(2048).includes('…')], {
        error:
          'must have 1 to 2048 printable ASCII characters without spaces, or be the masked key',
      })
      .optional()
      .describe('the masked form leaves the stored key alone'),
    ...ignoredFields,
  })
  .openapi('TargetPatch');

export type PatchTargetBody = z.output<typeof patchTargetSchema>;
