import {
  errorKinds,
  mostStatusItems,
  publicStates,
  statusItemFieldSchemas,
  statusPageFieldSchemas,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const unixSeconds = z.number().openapi({ description: 'Unix seconds' });
const percent = z.number().nullable().openapi({ description: 'null: never checked' });
const state = z.enum(publicStates).openapi({
  description: 'unknown: never checked, not lately, or paused',
});

/** One line of the public page. */
const publicItemSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    state,
    since: unixSeconds.nullable(),
    checked_at: unixSeconds.nullable(),
    uptime: percent,
    days: z.array(z.object({ day: z.string().openapi({ description: 'UTC' }), uptime: percent })),
  })
  .openapi('StatusItem');

const incidentSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    state: z.enum(['degraded', 'outage']).openapi({ description: 'the worst that was seen' }),
    started_at: unixSeconds,
    ended_at: unixSeconds.nullable().openapi({ description: 'null: it goes on' }),
    reasons: z.array(z.enum(errorKinds)).openapi({ description: 'the most frequent first' }),
  })
  .openapi('StatusIncident');

export const publicStatusSchema = z.object({
  item: z.object({
    title: z.string(),
    description: z.string(),
    state,
    updated_at: unixSeconds,
    items: z.array(publicItemSchema),
    incidents: z.array(incidentSchema).openapi({ description: 'newest first' }),
  }),
});

export type PublicStatus = z.infer<typeof publicStatusSchema>['item'];
export type PublicStatusItem = z.infer<typeof publicItemSchema>;
export type PublicIncident = z.infer<typeof incidentSchema>;

/** What an admin sees and sets. */
export const statusPageSchema = z.object({
  item: z
    .object({
      ...statusPageFieldSchemas,
      items: z.array(z.object({ id: z.int(), ...statusItemFieldSchemas })),
    })
    .openapi('StatusPage'),
});

export type StatusPageItem = z.infer<typeof statusPageSchema>['item'];

const lineSchema = z
  .strictObject({
    ...statusItemFieldSchemas,
    slug: statusItemFieldSchemas.slug.optional().openapi({ description: 'made of the name' }),
    target_id: statusItemFieldSchemas.target_id
      .default(null)
      .openapi({ description: 'null: the model of whatever channel offers it' }),
    model: statusItemFieldSchemas.model
      .default(null)
      .openapi({ description: 'null: the whole channel' }),
    id: z.unknown().optional().openapi({ description: 'read-only: ignored' }),
  })
  .refine(({ target_id, model }) => target_id !== null || model !== null, {
    message: 'must name a channel (target_id), a model, or both',
    params: { code: 'required' },
  });

export const statusPagePatchSchema = z
  .strictObject({
    ...statusPageFieldSchemas,
    items: z
      .array(lineSchema)
      .max(mostStatusItems)
      .openapi({ description: 'all lines, in their order' }),
  })
  .partial()
  .openapi('StatusPagePatch');

export type StatusPagePatch = z.output<typeof statusPagePatchSchema>;
