import { AppError, statusNoteFieldSchemas, statusNoteShape } from '@api-monitor/core';
import {
  addStatusNote,
  deleteStatusNote,
  getIncident,
  inTransaction,
  listStatusItems,
  listStatusNotes,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams, limitQuery, unixSecondsQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';

const noteSchema = z.object(statusNoteShape.shape).openapi('StatusNote');
const { state, title, text, slugs, incident_id } = statusNoteFieldSchemas;
const newSchema = z
  .strictObject({
    thread_id: z
      .int()
      .positive()
      .nullable()
      .optional()
      .describe('the note that this one follows; absent or null: a new thread'),
    ...{ state, title, text },
    slugs: slugs.optional(),
    incident_id: incident_id.optional(),
  })
  .openapi('NewStatusNote');

export function statusNoteRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { adminRoute } = createRouteKinds(deps, 'alerts');
  return createRouter()
    .openapi(
      adminRoute('get', '/api/status-notes', {
        summary: "The operator's notes about incidents, newest first",
        request: {
          query: z.object({
            from: unixSecondsQuery.optional(),
            limit: limitQuery({ default: 100, max: 500 }),
          }),
        },
        responses: jsonAnswer(z.object({ items: z.array(noteSchema) }), 'the notes'),
      }),
      async (c) => {
        const { from = 0, limit } = c.req.valid('query');
        return c.json({ items: await listStatusNotes(db, { from, limit }) }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/status-notes', {
        summary: 'Tell the public about an incident, on the status page',
        request: { body: jsonBody(newSchema) },
        responses: jsonAnswer(z.object({ item: noteSchema }), 'the new note'),
      }),
      async (c) => {
        const body = c.req.valid('json');
        const { thread_id = null, slugs: lines = [], incident_id: about = null, ...said } = body;
        const item = await inTransaction(db, async (tx) => {
          if (about !== null && !(await getIncident(tx, about))) throw missing('incident_id');
          const known = new Set((await listStatusItems(tx)).map(({ slug }) => slug));
          if (lines.some((slug) => !known.has(slug))) throw missing('slugs');
          const input = { ...said, slugs: lines, incident_id: about, at: now() };
          const added = await addStatusNote(tx, input, thread_id);
          await c.var.audit(tx, 'status_note.added', { id: added.id, name: added.title });
          return added;
        });
        return c.json({ item }, 200);
      },
    )
    .openapi(
      adminRoute('delete', '/api/status-notes/{id}', {
        summary: 'Delete a note',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'deleted'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        await inTransaction(db, async (tx) => {
          if (!(await deleteStatusNote(tx, id))) {
            throw new AppError('not_found', 'there is no such note');
          }
          await c.var.audit(tx, 'status_note.deleted', { id, name: '' });
        });
        return c.json({ ok: true as const }, 200);
      },
    );
}

function missing(field: string): AppError {
  const fields = { [field]: { code: 'does_not_exist' } } as const;
  return new AppError('invalid_input', `${field} names nothing that exists`, { fields });
}
