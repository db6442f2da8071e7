import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { auditValueSchema } from '../audit/audit-schema.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { type OwnPlaces, ownPlacesOf } from '../targets/own-address.ts';
import { applyImport } from './apply-import.ts';
import { type CheckedEntry, checkEntries } from './check-entries.ts';
import { importLimits } from './import-limits.ts';
import { importOutcomes, type PlannedChannel, planImport } from './plan-import.ts';
import { readBounded } from './read-bounded.ts';
import { uploadFormats } from './upload/read-upload.ts';
import { readLimits } from './upload/upload-reader.ts';

/** Bodies to this path have a limit of their own. */
export const importPath = '/api/admin/channels/import';
/** Each holds a file of up to 32 MiB. */
export const importsAtOnce = 2;
const bodyLimitMiB = 32;

const count = z.int();
const answerSchema = z.object({
  dry_run: z.boolean(),
  counts: z.object({ created: count, changed: count, unchanged: count, refused: count }),
  items: z.array(
    z.object({
      index: z.int().openapi({ description: 'its place in the file, from 0' }),
      name: z.string().nullable(),
      outcome: z.enum(importOutcomes),
      reason: z.string().nullable().openapi({ description: 'why it is refused' }),
      changes: z.array(
        z.object({ field: z.string(), old: auditValueSchema, new: auditValueSchema }),
      ),
    }),
  ),
});

const fileSchema = z.string().openapi({ format: 'binary' });

export function importChannelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'post',
    path: importPath,
    summary: 'Take channels in from a file, by their names; refused ones are left out',
    description:
      "The body is the file: an export of ours (JSON, YAML, CSV), one-api's or new-api's channels from their admin API's JSON, a dump of their table, or their SQLite file. With dry_run=1 nothing is written. Else all is written in one transaction. " +
      `A file may hold ${importLimits.channels} channels, ${importLimits.models} selected models in all and ${importLimits.textMiB} MiB of text, or be a SQLite file of ${bodyLimitMiB} MiB. ` +
      `It is parsed for at most ${readLimits.timeoutMs / 1000} s. ${importsAtOnce} imports may be under way at once; beyond that it is a 429.`,
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
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
        content: { 'application/octet-stream': { schema: fileSchema } },
      },
    },
    responses: jsonAnswer(answerSchema, 'what became, or would become, of each channel'),
  });
  return createRouter().openapi(route, async (c) => {
    const { dry_run, format } = c.req.valid('query');
    const isDryRun = dry_run === '1';
    const own = ownPlacesOf(c, deps);
    const plan = await deps.importPlaces.take(async () => {
      const { body, signal } = c.req.raw;
      const bytes = await readBounded(body, bodyLimitMiB * 1024 ** 2);
      const raw = await deps.uploadReader.read(bytes, { kind: 'upload', format }, signal);
      const entries = await checkEntries(raw);
      return isDryRun ? dryRun(deps, entries, own) : applyImport(deps, c.var.actor, entries, own);
    });
    const items = plan.map(itemOf);
    return c.json({ dry_run: isDryRun, counts: countsOf(plan), items }, 200);
  });
}

async function dryRun(
  { db }: Pick<ApiDeps, 'db'>,
  entries: readonly CheckedEntry[],
  own: OwnPlaces,
) {
  return (await planImport(db, entries, own)).map(({ planned }) => planned);
}

function itemOf(planned: PlannedChannel) {
  const { index, name, outcome, changes } = planned;
  const reason = planned.outcome === 'refused' ? planned.reason : null;
  return { index, name, outcome, reason, changes };
}

function countsOf(plan: readonly PlannedChannel[]) {
  const counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { outcome } of plan) counts[outcome] += 1;
  return counts;
}
