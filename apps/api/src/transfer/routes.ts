import { auditChangeShape } from '@api-monitor/core';
import { listTargets, openTarget } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { fieldErrorsSchema } from '../errors/error-schema.ts';
import { createRouter } from '../router.ts';
import { changerOf } from '../targets/change-targets.ts';
import { targetSchema } from '../targets/target-schema.ts';
import { applyAlerts } from './alerts/apply-alerts.ts';
import { type AlertPlan, planAlerts } from './alerts/plan-alerts.ts';
import { applyImport, type ImportProgress } from './apply-import.ts';
import { checkEntries } from './check-entries.ts';
import { entryFields, exportFormats, exportTypes } from './export-formats.ts';
import { importLimits } from './import-limits.ts';
import { importNoteShape } from './import-notes.ts';
import { createImportTurns, importsAtOnce } from './import-turns.ts';
import { importOutcomes, type PlannedChannel, planImport } from './plan-import.ts';
import { importFormSchema, readImportBody } from './read-import-body.ts';
import { uploadFormats } from './upload/upload-formats.ts';
import { readLimits } from './upload/upload-reader.ts';

/** Bodies to this path have a limit of their own. */
export const importPath = '/api/admin/channels/import';

const exportQuery = z.object({
  format: z.enum(exportFormats).default('yaml'),
  keys: z
    .enum(['0', '1'])
    .default('0')
    .openapi({ description: '1: with the API keys and proxies in plain text' }),
});
const secretInPlainText = z
  .string()
  .optional()
  .openapi({ description: 'in plain text, only with keys=1' });
const entryShape = Object.fromEntries(
  entryFields.map((field) => [field, targetSchema.shape[field]]),
);
const exportedSchema = z.object({
  channels: z.array(
    z.object({
      ...entryShape,
      api_key: secretInPlainText,
      keys: targetSchema.shape.keys
        .optional()
        .openapi({ description: 'in plain text, only with keys=1' }),
      proxy_url: secretInPlainText.nullable(),
      headers: z.array(z.string()).optional().openapi({ description: 'only with keys=1' }),
    }),
  ),
  alerts: z
    .object({
      rules: z.record(z.string(), z.number()),
      destinations: z.array(z.record(z.string(), z.unknown())),
    })
    .optional()
    .openapi({ description: 'rules and destinations of alerts; secrets only with keys=1' }),
});

const count = z.int();
const alertItemSchema = z.object({
  name: z.string().openapi({ description: 'of a destination; "rules" for the rules' }),
  outcome: z.enum(['created', 'changed', 'unchanged', 'refused']),
  reason: z.string().nullable().openapi({ description: 'why it was refused' }),
  changes: z.array(auditChangeShape),
});
const progressSchema = z.object({
  progress: z.object({ done: count, total: count }).nullable().openapi({
    description: 'in channels that are created or changed; null: no import is writing',
  }),
});
const outcomeSchema = z.object({
  dry_run: z.boolean(),
  notes: z.array(importNoteShape).openapi({ description: 'about the file as a whole' }),
  counts: z.object({ created: count, changed: count, unchanged: count, refused: count }),
  items: z.array(
    z.object({
      index: z.int().openapi({ description: 'its place in the file, from 0' }),
      name: z.string().nullable(),
      outcome: z.enum(importOutcomes),
      reason: z.string().nullable().openapi({ description: 'why it was refused' }),
      fields: fieldErrorsSchema,
      changes: z.array(auditChangeShape),
      notes: z
        .array(importNoteShape)
        .openapi({ description: 'what to know before it is imported' }),
    }),
  ),
  alerts: z
    .array(alertItemSchema)
    .openapi({ description: 'what happened, or would happen, to alerts, if the file has them' }),
});

export function transferRoutes(deps: ApiDeps) {
  const { db } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  const takeTurn = createImportTurns();
  /** Of the import that has written last; null if none is writing. */
  let progress: ImportProgress | null = null;
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/admin/channels/export', {
        summary: 'All channels as a file that can be imported again',
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
        const open = keys === '1' ? openTarget.bind(null, db) : null;
        // Its writers of YAML and CSV are loaded at the first export.
        const { writeExport } = await import('./write-export.ts');
        const { exportedSection, readAlertSection, withAlerts } = await import(
          './alerts/write-alerts.ts'
        );
        const targets = await listTargets(db);
        const channels = await writeExport(targets, format, open);
        const alerts = format === 'csv' ? null : await readAlertSection(db, targets);
        const section = alerts && exportedSection(alerts, keys === '1');
        const text = format === 'csv' ? channels : withAlerts(channels, format, section);
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
      sessionRoute('get', `${importPath}/progress`, {
        summary: 'How far the running import has come',
        responses: jsonAnswer(progressSchema, 'while an import writes, its progress'),
      }),
      (c) => c.json({ progress }, 200),
    )
    .openapi(
      sessionRoute('post', importPath, {
        summary:
          'Import channels from a file, matched by address and key, then by name; refused entries are left out',
        description:
          'The body is the file: an export of this monitor (JSON, YAML, CSV; in CSV, `keys` has one key a line: `name: key`, after `# ` if it is disabled), or the channels of one-api or new-api as the JSON of their admin API, a dump of their table, or their SQLite file, or lines with a name, an address and a key in any order. A form may leave entries out and add keys. Notes say what is not imported, and what is imported paused. With dry_run=1 nothing is written; otherwise channels are written in many short transactions, so that others are served meanwhile, and after a failure midway the same import continues where it stopped. ' +
          `A file may hold ${importLimits.channels} channels, ${importLimits.models} selected models in all and ${importLimits.textMiB} MiB of text, or be a SQLite file of ${importLimits.fileMiB} MiB. ` +
          `Parsing may take ${readLimits.timeoutMs / 1000} s. ${importsAtOnce} imports may run at once; another one gets a 429.`,
        request: {
          query: z.object({
            dry_run: z.enum(['0', '1']).default('0'),
            format: z
              .enum(uploadFormats)
              .optional()
              .openapi({ description: 'by default detected from the content' }),
          }),
          body: {
            required: true,
            content: {
              'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) },
              'multipart/form-data': { schema: importFormSchema },
            },
          },
        },
        responses: jsonAnswer(outcomeSchema, 'what happened, or would happen, to each channel'),
      }),
      async (c) => {
        const { dry_run, format } = c.req.valid('query');
        const isDryRun = dry_run === '1';
        const by = changerOf(c, deps);
        return takeTurn(async () => {
          const { bytes, choices } = await readImportBody(c.req.raw);
          const { signal } = c.req.raw;
          const {
            entries: uploaded,
            notes,
            alerts: sections,
          } = await deps.uploadReader.read(bytes, { kind: 'upload', format }, signal);
          const entries = await checkEntries(uploaded, choices);
          const plan = isDryRun
            ? (await planImport(db, entries, by)).drafts.map(({ planned }) => planned)
            : await applyImport(deps, by, entries, (now) => {
                progress = now;
              }).finally(() => {
                progress = null;
              });
          const items = plan.map(itemOf);
          const channels = isDryRun ? plan.flatMap(({ name }) => name ?? []) : [];
          const planned = await planAlerts(db, sections, { channels, source: null });
          if (!isDryRun) await applyAlerts(deps, by.audit, planned, { prune: false });
          const alerts = importedAlerts(planned);
          return c.json({ dry_run: isDryRun, notes, counts: countsOf(plan), items, alerts }, 200);
        });
      },
    );
}

function itemOf(planned: PlannedChannel) {
  const { index, name, outcome, changes, notes } = planned;
  const refusal = planned.outcome === 'refused' ? planned.refusal : null;
  const fields = refusal?.fields ?? {};
  return { index, name, outcome, reason: refusal?.message ?? null, fields, changes, notes };
}

type ImportedAlert = z.output<typeof alertItemSchema>;

function importedAlerts({ rules, destinations, faults }: AlertPlan): ImportedAlert[] {
  const doneTo = (name: string, isNew: boolean, changes: ImportedAlert['changes']) => {
    const outcome = isNew ? 'created' : changes.length > 0 ? 'changed' : 'unchanged';
    return { name, outcome, reason: null, changes } as const;
  };
  return [
    ...(rules ? [doneTo('rules', false, rules.changes)] : []),
    ...destinations.map(({ input, before, changes }) =>
      doneTo(input.name, before === null, changes),
    ),
    ...faults.map(({ name, message: reason }) => {
      return { name, outcome: 'refused' as const, reason, changes: [] };
    }),
  ];
}

function countsOf(plan: readonly PlannedChannel[]) {
  const counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };
  for (const { outcome } of plan) counts[outcome] += 1;
  return counts;
}
