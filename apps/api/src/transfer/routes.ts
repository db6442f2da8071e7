import { AppError } from '@api-monitor/core';
import { listTargets, openApiKey } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { auditValueSchema } from '../audit/audit-schema.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { fieldErrorsSchema } from '../errors/error-schema.ts';
import { createRouter } from '../router.ts';
import { changerOf } from '../targets/change-targets.ts';
import { targetSchema } from '../targets/target-schema.ts';
import { applyImport } from './apply-import.ts';
import { checkEntries } from './check-entries.ts';
import { importLimits } from './import-limits.ts';
import { importOutcomes, type PlannedChannel, planImport } from './plan-import.ts';
import { readBounded } from './read-bounded.ts';
import { uploadFormats } from './upload/read-upload.ts';
import { readLimits } from './upload/upload-reader.ts';
import { entryFields, exportFormats, exportTypes, writeExport } from './write-export.ts';

/** Bodies to this path have a limit of their own. */
export const importPath = '/api/admin/channels/import';
/** Each holds a file of up to 32 MiB. */
const importsAtOnce = 2;
const bodyLimitMiB = 32;

const exportQuery = z.object({
  format: z.enum(exportFormats).default('yaml'),
  keys: z
    .enum(['0', '1'])
    .default('0')
    .openapi({ description: '1: with the API keys in the clear' }),
});
const entryShape = Object.fromEntries(
  entryFields.map((field) => [field, targetSchema.shape[field]]),
);
const exportedSchema = z.object({
  channels: z.array(
    z.object({
      ...entryShape,
      api_key: z.string().optional().openapi({ description: 'in the clear, with keys=1 alone' }),
    }),
  ),
});

const count = z.int();
const outcomeSchema = z.object({
  dry_run: z.boolean(),
  counts: z.object({ created: count, changed: count, unchanged: count, refused: count }),
  items: z.array(
    z.object({
      index: z.int().openapi({ description: 'its place in the file, from 0' }),
      name: z.string().nullable(),
      outcome: z.enum(importOutcomes),
      reason: z.string().nullable().openapi({ description: 'why it is refused' }),
      fields: fieldErrorsSchema,
      changes: z.array(
        z.object({ field: z.string(), old: auditValueSchema, new: auditValueSchema }),
      ),
    }),
  ),
});

export function transferRoutes(deps: ApiDeps) {
  const { db } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  let importsUnderWay = 0;
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/admin/channels/export', {
        summary: 'All channels as a file that an import takes back',
        request: { query: exportQuery },
        responses: {
          200: {
            description: 'the file',
            content: {
              'application/yaml': { schema: z.string() },
              'application/json': { schema: exportedSchema },
              'text/csv': { schema: z.string() },
            },
          },
        },
      }),
      async (c) => {
        const { format, keys } = c.req.valid('query');
        const keyOf = keys === '1' ? openApiKey.bind(null, db) : null;
        const text = await writeExport(await listTargets(db), format, keyOf);
        const changes = [{ field: 'keys', old: null, new: keys === '1' }];
        await c.var.audit(db, 'channels.exported', null, changes);
        return c.body(text, 200, {
          'content-type': exportTypes[format],
          'content-disposition': `attachment; filename="channels.${format}"`,
          'cache-control': 'no-store',
        });
      },
    )
    .openapi(
      sessionRoute('post', importPath, {
        summary: 'Take channels in from a file, by their names; refused ones are left out',
        description:
          "The body is the file: an export of ours (JSON, YAML, CSV), one-api's or new-api's channels from their admin API's JSON, a dump of their table, or their SQLite file. With dry_run=1 nothing is written. Else all is written in one transaction. " +
          `A file may hold ${importLimits.channels} channels, ${importLimits.models} selected models in all and ${importLimits.textMiB} MiB of text, or be a SQLite file of ${bodyLimitMiB} MiB. ` +
          `It is parsed for at most ${readLimits.timeoutMs / 1000} s. ${importsAtOnce} imports may be under way at once; beyond that it is a 429.`,
        request: {
          query: z.object({
            dry_run: z.enum(['0', '1']).default('0'),
            format: z
              .enum(uploadFormats)
              .optional()
              .openapi({ description: 'absent: the content decides' }),
          }),
          body: {
            required: true,
            content: {
              'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
            },
          },
        },
        responses: jsonAnswer(outcomeSchema, 'what became, or would become, of each channel'),
      }),
      async (c) => {
        const { dry_run, format } = c.req.valid('query');
        const isDryRun = dry_run === '1';
        const by = changerOf(c, deps);
        if (importsUnderWay >= importsAtOnce) {
          const message = `${importsAtOnce} imports are under way already; try again when one is over`;
          throw new AppError('rate_limited', message, { retryAfterS: 5 });
        }
        importsUnderWay += 1;
        try {
          const { body, signal } = c.req.raw;
          const bytes = await readBounded(body, bodyLimitMiB * 1024 ** 2);
          const raw = await deps.uploadReader.read(bytes, { kind: 'upload', format }, signal);
          const entries = await checkEntries(raw);
          const plan = isDryRun
            ? (await planImport(db, entries, by.own)).map(({ planned }) => planned)
            : await applyImport(deps, by, entries);
          const items = plan.map(itemOf);
          return c.json({ dry_run: isDryRun, counts: countsOf(plan), items }, 200);
        } finally {
          importsUnderWay -= 1;
        }
      },
    );
}

function itemOf(planned: PlannedChannel) {
  const { index, name, outcome, changes } = planned;
  const refusal = planned.outcome === 'refused' ? planned.refusal : null;
  const fields = refusal?.fields ?? {};
  return { index, name, outcome, reason: refusal?.message ?? null, fields, changes };
}

function countsOf(plan: readonly PlannedChannel[]) {
  const counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { outcome } of plan) counts[outcome] += 1;
  return counts;
}
