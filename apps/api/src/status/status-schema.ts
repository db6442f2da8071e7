import {
  errorKinds,
  maintenanceShape,
  mostStatusItems,
  publicStates,
  statusItemFieldSchemas,
  statusItemShape,
  statusNoteShape,
  statusPageFieldSchemas,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { readOnlyFields } from '../derive-schema.ts';

const percent = z.number().nullable().describe('null: never checked');
const state = z
  .enum(publicStates)
  .describe('unknown: never checked, not checked lately, or paused');

/** One line of the public page. */
const publicItemSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    state,
    since: unixSeconds.nullable(),
    checked_at: unixSeconds.nullable(),
    uptime: percent,
    days: z.array(z.object({ day: z.string().describe('UTC'), uptime: percent })),
  })
  .openapi('StatusItem');

const incidentSchema = z
  .object({
    incident: z
      .int()
      .nullable()
      .describe('the same on several lines if they failed together; null: from before alerts'),
    slug: z.string(),
    name: z.string(),
    state: z.enum(['degraded', 'outage']).describe('the worst state during it'),
    started_at: unixSeconds,
    ended_at: unixSeconds.nullable().describe('null: not over yet'),
    reasons: z.array(z.enum(errorKinds)).describe('the most frequent first'),
  })
  .openapi('StatusIncident');

const noteSchema = z
  .object({
    ...statusNoteShape.omit({ incident_id: true, thread_id: true }).shape,
    thread: statusNoteShape.shape.thread_id,
    incident: z.int().nullable().describe('the incident that it is about, if that is shown'),
  })
  .openapi('PublicNote');

const maintenanceSchema = z
  .object({
    ...maintenanceShape.pick({ id: true, name: true }).shape,
    from: unixSeconds,
    until: unixSeconds,
    is_going_on: z.boolean(),
    slugs: z.array(z.string()).describe('the lines that it concerns'),
  })
  .openapi('StatusMaintenance');

export const publicStatusSchema = z.object({
  item: z.object({
    title: z.string(),
    description: z.string(),
    state,
    updated_at: unixSeconds,
    items: z.array(publicItemSchema),
    incidents: z.array(incidentSchema).describe('newest first'),
    notes: z.array(noteSchema).describe("the operator's, newest first"),
    maintenance: z.array(maintenanceSchema).describe('going on, or planned; the next first'),
  }),
});

export type PublicStatus = z.infer<typeof publicStatusSchema>['item'];
export type PublicStatusItem = z.infer<typeof publicItemSchema>;
export type PublicNote = z.infer<typeof noteSchema>;
export type PublicMaintenance = z.infer<typeof maintenanceSchema>;
export type PublicIncident = z.infer<typeof incidentSchema>;

/** What an admin sees and sets. */
export const statusPageSchema = z.object({
  item: z
    .object({
      ...statusPageFieldSchemas,
      items: z.array(statusItemShape),
    })
    .openapi('StatusPage'),
});

export type StatusPageItem = z.infer<typeof statusPageSchema>['item'];

const lineSchema = z
  .strictObject({
    ...statusItemFieldSchemas,
    slug: statusItemFieldSchemas.slug.optional().describe('absent: derived from the name'),
    target_id: statusItemFieldSchemas.target_id.default(null),
    tag: statusItemFieldSchemas.tag.default(null),
    model: statusItemFieldSchemas.model.default(null),
    ...readOnlyFields(statusItemShape.shape, statusItemFieldSchemas),
  })
  .refine(({ target_id, tag, model }) => [target_id, tag, model].some((it) => it !== null), {
    message: 'must name a channel (target_id), a tag or a model',
    params: { code: 'required' },
  })
  .refine(({ target_id, tag }) => target_id === null || tag === null, {
    message: 'must be null if the line names a channel (target_id)',
    path: ['tag'],
    params: { code: 'not_allowed' },
  });

export const statusPagePatchSchema = z
  .strictObject({
    ...statusPageFieldSchemas,
    items: z.array(lineSchema).max(mostStatusItems).describe('all lines, in their order'),
  })
  .partial()
  .openapi('StatusPagePatch');

export type StatusPagePatch = z.output<typeof statusPagePatchSchema>;
