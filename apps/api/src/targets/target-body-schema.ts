import { type TargetPatch, targetFieldSchemas } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const fields = z.object(targetFieldSchemas);
const optionalFields = fields.partial().shape;

/** An item's own fields that no caller sets: accepted, so that read-change-write scripts go on, and dropped. */
const ignored = z.unknown().optional().openapi({ description: 'read-only: ignored' });
const readOnlyFields = {
  id: ignored,
  created_at: ignored,
  updated_at: ignored,
  last_run_at: ignored,
  last_status: ignored,
  last_total: ignored,
  last_success: ignored,
  last_fail: ignored,
  last_log_file: ignored,
  last_error: ignored,
  last_success_rate: ignored,
  latest_models: ignored,
  next_run_at: ignored,
  running: ignored,
  run_progress: ignored,
  can_operate: ignored,
};

export const createTargetSchema = z
  .strictObject({
    ...optionalFields,
    ...fields.pick({ name: true, base_url: true, api_key: true }).shape,
    ...readOnlyFields,
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
      .openapi({ description: 'the masked form leaves the stored key alone' }),
    ...readOnlyFields,
  })
  .openapi('TargetPatch');

export type CreateTargetBody = z.output<typeof createTargetSchema>;
export type PatchTargetBody = z.output<typeof patchTargetSchema>;

/** The fields that the caller did send and may set. */
export function settableFields(body: CreateTargetBody | PatchTargetBody): TargetPatch {
  const sent = Object.entries(body).filter(
    ([field, value]) => field in targetFieldSchemas && value !== undefined,
  );
  // The schema checked each of them under its name.
  return Object.fromEntries(sent) as TargetPatch;
}
